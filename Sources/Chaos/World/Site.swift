import DevCluster
import Exchange
import Logging
import Postgres

/// One scenario's installation: an own database in a world's server, its sources registered, its workers' logs.
struct Site: Sendable {
    /// Every scenario has order numbers of its own, because the sources' records are common to all.
    static let orderSpan: Int64 = 1_000_000

    let name: String
    let plan: WorldPlan
    let pool: PersonPool
    let sources: [WorldSource]
    /// The own database for everybody: libpq's form, perhaps with several hosts.
    let ownText: String
    /// Where workers' logs are kept; it goes with the server in it.
    let folder: String
    let logger: Logger
    private let workers = WorkerCount()

    init(
        name: String, plan: WorldPlan, pool: PersonPool, sources: [WorldSource], ownText: String, folder: String,
        logger: Logger
    ) {
        self.name = name
        self.plan = plan
        self.pool = pool
        self.sources = sources
        self.ownText = ownText
        self.folder = folder
        self.logger = logger
    }

    /// A fresh own database, with order numbers that no other one has.
    ///
    /// - Parameter cluster: where it is made; left out, in the world's own server.
    static func make(
        in world: World, name: String, number: Int, sources: [WorldSource]? = nil, ownCluster: PrivateCluster? = nil
    ) async throws -> Site {
        let cluster = ownCluster ?? world.ownCluster
        try await cluster.createDatabase(name, template: World.ownTemplate)
        return try await make(
            in: world, name: name, number: number, sources: sources,
            ownText: "host=\(cluster.folder) port=\(cluster.port) user=postgres dbname=\(name)", folder: cluster.folder)
    }

    /// The same in an own database that is there.
    static func make(
        in world: World, name: String, number: Int, sources: [WorldSource]? = nil, ownText: String, folder: String
    ) async throws -> Site {
        let site = Site(
            name: name, plan: world.plan, pool: world.pool, sources: sources ?? world.sources, ownText: ownText,
            folder: folder, logger: world.logger)
        try await site.register(number: number)
        return site
    }

    func register(number: Int) async throws {
        try await own(
            "ALTER TABLE resutveksl.orders ALTER COLUMN order_number RESTART WITH \(Int64(number) * Self.orderSpan + 1)"
        )
        for (place, source) in sources.enumerated() {
            try await register(source, asksWithoutConsent: place == 1 || place == 4)
        }
    }

    /// Registers a source, or changes how it is reached.
    func register(_ source: WorldSource, connection: String? = nil, asksWithoutConsent: Bool = false) async throws {
        try await withOwn { own in
            _ = try await own.query(
                """
                INSERT INTO resutveksl.sources (source, conninfo, set_size, connect_timeout, statement_timeout,
                    is_consent_required, legal_basis)
                VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $6 THEN 'consent' ELSE 'uhl. § 4-15' END)
                ON CONFLICT (source) DO UPDATE SET conninfo = EXCLUDED.conninfo
                """, source.institution, connection ?? source.connectionText, plan.setSize, plan.connectTimeout,
                plan.statementTimeout, !asksWithoutConsent)
        }
    }

    // MARK: The own database

    func withOwn<Value: Sendable>(_ body: (Connection) async throws -> Value) async throws -> Value {
        let connection = try await connect()
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Waits, as an operator would, while the server is just being restarted.
    private func connect() async throws -> Connection {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            do {
                return try await Connection.connect(
                    ConnectionString("\(ownText) application_name=chaos"), logger: logger)
            } catch {
                if .now > deadline { throw error }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    func own(_ script: String) async throws {
        try await withOwn { try await $0.execute(script: script, timeout: .seconds(300)) }
    }

    func value<Value: PostgresDecodable>(_ query: String, as _: Value.Type = Value.self) async throws -> Value {
        try await withOwn { try await $0.query(Statement(query)).single(Value.self) }
    }

    func openOrders() async throws -> Int {
        try await value(
            """
            SELECT count(*) FROM resutveksl.orders WHERE state IN ('ordered', 'fetching', 'awaiting_retry')
            """)
    }

    /// What an operator does with orders that are held because workers died over them, once workers live again.
    ///
    /// - Returns: how many there were.
    func releaseHeld() async throws -> Int {
        try await value(
            """
            SELECT count(*)
            FROM (SELECT order_number FROM resutveksl.orders WHERE state = 'held'
                AND hold_reason LIKE '% workers in a row died while it was in work') AS o
            CROSS JOIN LATERAL resutveksl.release(o.order_number)
            """)
    }

    /// What an operator does when the sources are well again.
    func retryNow() async throws {
        try await own("UPDATE resutveksl.orders SET due_at = now() WHERE state = 'awaiting_retry' AND due_at > now()")
    }

    // MARK: Workers

    private static let known = Statement("INSERT INTO chaos.workers VALUES ($1, $2)")

    /// Starts a worker, in a session that the verifier knows it by.
    ///
    /// - Parameters:
    ///   - before: words of a program that becomes the worker.
    ///   - text: how it reaches the own database, if otherwise than we.
    func start(
        _ arguments: [String], before: [String] = [], ownText text: String? = nil
    ) async throws -> WorkerProcess {
        let name = "worker-\(workers.next())"
        let worker = try await WorkerProcess.start(
            before + [try WorkerProcess.program] + arguments, name: name,
            environment: ["RESUTVEKSL_DATABASE": "\(text ?? ownText) application_name=\(name)"],
            log: "\(folder)/\(self.name)-\(name).log")
        do {
            try await withOwn { own in _ = try await own.query(Self.known, name, worker.process) }
        } catch {
            // The own database may be away just now, with the worker none the wiser; it is told later.
            workers.keep(name, worker.process)
        }
        return worker
    }

    /// Makes known the workers that could not be when they started.
    func tellWorkers() async throws {
        for (name, process) in workers.take() {
            try await withOwn { own in _ = try await own.query(Self.known, name, process) }
        }
    }
}

/// Numbers a site's workers.
private final class WorkerCount: Sendable {
    private let state = Guarded((count: 0, untold: [(String, Int32)]()))

    func next() -> Int {
        state.withLock { state in
            state.count += 1
            return state.count
        }
    }

    func keep(_ name: String, _ process: Int32) { state.withLock { $0.untold.append((name, process)) } }

    func take() -> [(String, Int32)] {
        state.withLock { state in
            defer { state.untold = [] }
            return state.untold
        }
    }
}
