import DevCluster
import Glibc
import Logging
import Migrations
import Postgres
import Store
import Testing

/// A server for own databases whose clock the tests move; there is one clock, so that they go one after the other.
actor NightServer {
    static let shared = NightServer()

    private var starting: Task<PrivateCluster, any Error>?
    private var made = 0

    func cluster() async throws -> PrivateCluster {
        let task =
            starting
            ?? Task {
                var options = ClusterOptions()
                options.hasOwnClock = true
                options.settings = ["autovacuum": "off"]
                let cluster = try await PrivateCluster.start(options)
                try await cluster.createDatabase("own_template")
                let connection = try await cluster.connect(database: "own_template")
                _ = try await Migrator(.ownDatabase).migrate(connection)
                _ = try await connection.query("UPDATE resutveksl.settings SET own_institution = 215")
                await connection.close()
                return cluster
            }
        starting = task
        return try await task.value
    }

    func nextName() -> String {
        made += 1
        return "night\(made)"
    }
}

/// An own database by a clock that can be moved; its sources go by the machine's.
struct Nights {
    let server: PrivateCluster
    let playground: Playground

    /// - Parameter zone: the time zone of the worker's sessions.
    static func make(zone: String = "UTC", _ sources: Int32...) async throws -> Nights {
        let server = try await NightServer.shared.cluster()
        let own = await NightServer.shared.nextName()
        try await server.createDatabase(own, template: "own_template")
        try await server.run("ALTER DATABASE \(own) SET TimeZone = '\(zone)'")
        let log = LogBook()
        let playground = Playground(
            cluster: try await TestServer.shared.cluster(), name: await TestServer.shared.nextName(),
            store: Store(try server.connectionString(database: own), logger: log.logger()), log: log)
        for source in sources { try await playground.addSource(source) }
        return Nights(server: server, playground: playground)
    }

    /// Moves the clock to a moment (with its offset), and makes sure that the server shows it.
    func set(_ moment: String) async throws {
        let target = try await playground.value("extract(epoch FROM timestamptz '\(moment)')::bigint")
        try await server.setClock(secondsAhead: try #require(target.flatMap { Int($0) }) - time(nil))
        let isShown = try await playground.value(
            "SELECT clock_timestamp() BETWEEN timestamptz '\(moment)' - interval '1 second' AND timestamptz '\(moment)' + interval '3 seconds'"
        )
        try #require(isShown == "true", "the server does not show \(moment)")
    }

    /// When an order is due next at a source, in UTC.
    func next(at source: Int32) async throws -> String? {
        try await playground.value(
            """
            SELECT to_char(min(next_attempt) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM resutveksl.transfers
            WHERE source = \(source) HAVING count(DISTINCT next_attempt) <= 1
            """)
    }
}
