package import Logging
package import Postgres

/// The own database, through the few questions that this program asks of it.
///
/// A value: the pool behind it lends a connection for each operation, so that nothing is held while anything else is
/// waited for.
package struct Store: Sendable {
    package private(set) var pool: ConnectionPool
    private(set) var laneMoves: LaneMoves
    let laneFailures: LaneFailures
    /// Connections that a large run does not use, opened when they are needed.
    private var urgentWay: (pool: ConnectionPool, laneMoves: LaneMoves)?
    package let logger: Logger
    /// How long trouble with the own database is waited out.
    package var patience = Patience.none
    let outage: Outage

    package init(pool: ConnectionPool, logger: Logger) {
        self.pool = pool
        laneMoves = LaneMoves(pool)
        laneFailures = LaneFailures(pool)
        self.logger = logger
        outage = Outage(logger: logger)
    }

    /// - Parameter lease: of the claims that will be worked on; nil for a store that claims nothing.
    package init(
        _ string: ConnectionString, connections: Int = 4, options: ConnectionOptions = ConnectionOptions(),
        lease: Duration? = nil, logger: Logger
    ) {
        var options = options
        options.sessionScript = Self.planning + (lease.map(Self.limits) ?? "")
        self.init(
            pool: ConnectionPool(string, limit: connections, options: options, logger: logger), logger: logger)
        let urgentPool = ConnectionPool(string, limit: (connections + 1) / 2, options: options, logger: logger)
        urgentWay = (urgentPool, LaneMoves(urgentPool))
    }

    /// The same database over connections of its own: what it does never waits for the imports of a large run.
    package var urgent: Store {
        var store = self
        if let urgentWay { (store.pool, store.laneMoves) = urgentWay }
        return store
    }

    /// Every statement here goes from a short list to rows by an index.
    ///
    /// Its plan must not depend on what the statistics said when it was made: on the first night the tables are empty,
    /// and a plan that reads them whole would be kept while they grow.
    private static let planning = """
        SET jit = off; SET plan_cache_mode = force_generic_plan;
        SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off
        """

    /// A worker that hangs, is stopped or is cut off in the middle of a transaction holds locks that would keep others from
    /// taking its orders over: the server ends the transaction before the lease is over.
    private static func limits(_ lease: Duration) -> String {
        let idle = Int64(max(lease / 2, .seconds(1)) / .milliseconds(1))
        let statement = Int64(max(lease, .seconds(5)) / .milliseconds(1))
        return "; SET idle_in_transaction_session_timeout = \(idle); SET statement_timeout = \(statement)"
    }

    func query(_ statement: Statement, _ parameters: any PostgresEncodable...) async throws -> Rows {
        try await pool.withConnection { connection in
            try await connection.query(statement, arguments: parameters)
        }
    }
}
