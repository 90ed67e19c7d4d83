import DevCluster
import Logging
import Migrations
import Postgres
import TestLogs

/// One PostgreSQL server for all tests of this process, with templates to copy and a source that is ready to be asked.
actor ContractServer {
    static let shared = ContractServer()

    /// Registered for 215 at every copy of the source.
    static let requester = "resutveksl_requester"
    /// A login role that no source has heard of.
    static let stranger = "contract_stranger"
    /// An ordinary login role that may come to own tables and contract.
    static let owner = "contract_owner"

    /// What a new database is a copy of.
    enum Template: String, Sendable {
        /// FS's tables alone.
        case tables
        /// FS's tables, the contract, and both test persons.
        case source
    }

    private struct Running: Sendable {
        let cluster: PrivateCluster
        /// Names of databases.
        let templates: [Template: String]
        /// The database of the tests that undo what they do.
        let shared: String
    }

    private var starting: Task<Running, any Error>?
    private var pools: [String: ConnectionPool] = [:]
    private var made = 0

    /// Sessions of a role at the shared source, one at a time: tests that change the same rows would wait for each other
    /// anyway, and some of them would deadlock.
    func sessions(of role: String) async throws -> ConnectionPool {
        let running = try await running()
        if let pool = pools[role] { return pool }
        let pool = ConnectionPool(
            try running.cluster.connectionString(database: running.shared, user: role), limit: 1,
            logger: Logger(label: "contract-tests"))
        pools[role] = pool
        return pool
    }

    /// A database of one's own.
    func copy(_ template: Template) async throws -> SourceDatabase {
        let running = try await running()
        made += 1
        let name = "copy\(made)"
        try await running.cluster.createDatabase(name, template: running.templates[template] ?? "template1")
        return SourceDatabase(cluster: running.cluster, name: name)
    }

    /// What the server has logged until now.
    func log() async throws -> String { try await running().cluster.log() }

    private func running() async throws -> Running {
        if let starting { return try await starting.value }
        let task = Task { try await Self.start() }
        starting = task
        return try await task.value
    }

    private static func start() async throws -> Running {
        TestLogs.begin()
        let cluster = try await PrivateCluster.start()
        var plan = ExamplePlan(sources: 0)
        plan.requesterRole = requester
        var tables = ""
        // The contract is left out here, so that installing it can be tested.
        _ = try await ExampleSources.make(plan, in: cluster) { tables = $0.database ?? "" }
        try await cluster.run("CREATE ROLE \(stranger) LOGIN; CREATE ROLE \(owner) LOGIN;")
        let templates = [Template.tables: tables, .source: "contract_template"]
        try await cluster.createDatabase("contract_template", template: tables)
        let connection = try await cluster.connect(database: "contract_template")
        _ = try await Migrator(.sourceContract).migrate(connection)
        try await connection.execute(
            script: """
                SELECT resutveksl.set_identity(203, '{203,216,218}');
                SELECT resutveksl.register_requester('\(requester)', 215);
                SELECT example.add_test_person_1(), example.add_test_person_2();
                """)
        await connection.close()
        try await cluster.createDatabase("contract_shared", template: "contract_template")
        return Running(cluster: cluster, templates: templates, shared: "contract_shared")
    }
}
