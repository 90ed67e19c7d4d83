import DevCluster
import Glibc
import Logging
import Postgres
import TestLogs

/// The one server that all tests of a process share, started by the first that needs it.
actor TestCluster {
    static let shared = TestCluster()

    private var starting: Task<PrivateCluster, any Error>?

    func cluster() async throws -> PrivateCluster {
        let task = starting ?? Task { try await Self.start() }
        starting = task
        return try await task.value
    }

    private static func start() async throws -> PrivateCluster {
        TestLogs.begin()
        var options = ClusterOptions()
        options.maxConnections = 400
        options.certificateNames = ["localhost"]
        options.accessRules = [
            "host all anna 127.0.0.1/32 scram-sha-256",
            "hostssl all kari 127.0.0.1/32 trust",
            "host all kari 127.0.0.1/32 reject",
        ]
        let cluster = try await PrivateCluster.start(options)
        try await cluster.run(
            """
            CREATE ROLE anna LOGIN PASSWORD 'fjord';
            CREATE ROLE kari LOGIN;
            """)
        return cluster
    }
}

/// A connection to the shared cluster for the length of `body`.
func withConnection<Value: Sendable>(
    _ options: ConnectionOptions = ConnectionOptions(), logger: Logger = Logger(label: "test"),
    _ body: (Connection) async throws -> Value
) async throws -> Value {
    let cluster = try await TestCluster.shared.cluster()
    let connection = try await Connection.connect(try cluster.connectionString(), options: options, logger: logger)
    do {
        let value = try await body(connection)
        await connection.close()
        return value
    } catch {
        await connection.close()
        throw error
    }
}

/// Connects to the shared cluster in a way of the test's own; `settings` come after host and port of TCP.
func connect(
    tcp settings: String, options: ConnectionOptions = ConnectionOptions()
) async throws -> Connection {
    let cluster = try await TestCluster.shared.cluster()
    let text = "host=127.0.0.1 port=\(cluster.port) dbname=postgres user=postgres sslmode=disable \(settings)"
    return try await Connection.connect(try ConnectionString(text), options: options, logger: Logger(label: "test"))
}
