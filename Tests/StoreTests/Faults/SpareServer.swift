import DevCluster
import Migrations
import Postgres

/// A server of a test's own with one source in it, for what would disturb everybody else.
struct SpareServer {
    let cluster: PrivateCluster

    /// - Parameter body: is given the server, and a playground whose source 204 is on it.
    static func with(
        _ change: (inout ClusterOptions) -> Void = { _ in }, _ body: (SpareServer, Playground) async throws -> Void
    ) async throws {
        var options = ClusterOptions()
        change(&options)
        try await PrivateCluster.with(options) { cluster in
            var plan = ExamplePlan(sources: 1, personsPerSource: 5, poolSize: 5)
            plan.institutions = [204]
            plan.requester = 215
            let sources = try await ExampleSources.make(plan, in: cluster) { connection in
                _ = try await Migrator(.sourceContract).migrate(connection)
            }
            let playground = try await Playground.make(203)
            try await playground.at(203, "SELECT example.add_test_person_1()")
            for source in sources.sources { try await playground.register(204, source.connectionString) }
            try await body(SpareServer(cluster: cluster), playground)
        }
    }

    func run(_ script: String) async throws { try await cluster.run(script, in: "fs_204") }
}
