import DevCluster
import Foundation
import Postgres
import TestLogs
import Testing

/// One PostgreSQL server for all these tests, with templates that the program itself has set up.
actor CommandServer {
    static let shared = CommandServer()
    static let requester = "resutveksl_requester"
    /// What `source install` made of FS-shaped tables, without an identity yet.
    static let sourceTemplate = "resutveksl_source_template"
    /// What `migrate` made of an empty database.
    static let ownTemplate = "own_template"
    /// A login role that has to give `Secrets.password` over TCP.
    static let guarded = "guarded"

    private var starting: Task<PrivateCluster, any Error>?
    private var makingUntouched: Task<Installation, any Error>?
    private var made = 0
    private var isCopying = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func cluster() async throws -> PrivateCluster {
        if let starting { return try await starting.value }
        let task = Task { try await Self.start() }
        starting = task
        return try await task.value
    }

    private static func start() async throws -> PrivateCluster {
        TestLogs.begin()
        var options = ClusterOptions()
        options.listensOnTCP = true
        options.accessRules = ["host all \(guarded) 127.0.0.1/32 scram-sha-256"]
        let cluster = try await PrivateCluster.start(options)
        var plan = ExamplePlan(sources: 0)
        plan.poolSize = 40
        plan.requesterRole = requester
        _ = try await ExampleSources.make(plan, in: cluster) { _ in }
        try await cluster.createDatabase(ownTemplate)
        try await cluster.run("CREATE ROLE \(guarded) LOGIN SUPERUSER PASSWORD '\(Secrets.password)'")
        let own = try cluster.connectionString(database: ownTemplate).text
        let source = try cluster.connectionString(database: sourceTemplate).text
        for arguments in [
            ["migrate", "--database", own],
            ["source", "install", source, "--institution", "203", "--requester", "\(requester)=215"],
        ] {
            let finished = try await Command([Command.program] + arguments).finished()
            try #require(finished.status == 0, "\(finished.errors)")
        }
        try await cluster.run(TestLogs.transferLogScript, in: ownTemplate)
        return cluster
    }

    func untouched() async throws -> Installation {
        if let makingUntouched { return try await makingUntouched.value }
        let task = Task { try await Installation.make() }
        makingUntouched = task
        return try await task.value
    }

    func nextName() -> String {
        made += 1
        return "command\(made)"
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
}
