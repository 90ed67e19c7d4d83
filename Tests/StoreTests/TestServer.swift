import DevCluster
import Migrations
import Postgres
import TestLogs

/// One PostgreSQL server for all tests of this process, with templates of an own database and of a source.
actor TestServer {
    static let shared = TestServer()

    private var starting: Task<PrivateCluster, any Error>?
    private var made = 0

    func cluster() async throws -> PrivateCluster {
        if let starting { return try await starting.value }
        let task = Task {
            TestLogs.begin()
            var options = ClusterOptions()
            options.settings = ["track_functions": "all"]
            options.listensOnTCP = true
            let cluster = try await PrivateCluster.start(options)
            var plan = ExamplePlan(sources: 0)
            plan.poolSize = 2000
            plan.requester = 215
            _ = try await ExampleSources.make(plan, in: cluster) { connection in
                _ = try await Migrator(.sourceContract).migrate(connection)
            }
            try await cluster.createDatabase("own_template")
            let connection = try await cluster.connect(database: "own_template")
            _ = try await Migrator(.ownDatabase).migrate(connection)
            _ = try await connection.query(
                """
                UPDATE resutveksl.settings SET own_institution = 215
                """)
            try await connection.execute(script: TestLogs.transferLogScript)
            await connection.close()
            return cluster
        }
        starting = task
        return try await task.value
    }

    func nextName() -> String {
        made += 1
        return "play\(made)"
    }

    /// One at a time: a template must have no other user while it is copied.
    func copy(_ template: String, as name: String) async throws {
        let cluster = try await cluster()
        while isCopying { await withCheckedContinuation { waiting.append($0) } }
        isCopying = true
        defer {
            isCopying = false
            if !waiting.isEmpty { waiting.removeFirst().resume() }
        }
        try await cluster.createDatabase(name, template: template)
    }

    private var isCopying = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
}
