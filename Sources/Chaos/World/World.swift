import DevCluster
import Exchange
import Logging
import Migrations
import Postgres

/// The servers and example sources that scenarios play in: one server for own databases, one for the sources.
struct World: Sendable {
    static let own: Int32 = 215
    static let ownTemplate = "own_template"

    let plan: WorldPlan
    let pool: PersonPool
    let ownCluster: PrivateCluster
    let sourceCluster: PrivateCluster
    let sources: [WorldSource]
    let logger: Logger

    static func make(_ plan: WorldPlan, logger: Logger) async throws -> World {
        // A commit that the server has acknowledged must outlive its crash: that is what the program builds on.
        var options = ClusterOptions()
        options.settings = ["synchronous_commit": "on"]
        let ownCluster = try await PrivateCluster.start(options, logger: logger)
        do {
            options.listensOnTCP = true
            let sourceCluster = try await PrivateCluster.start(options, logger: logger)
            do {
                let sources = try await makeSources(plan.examples(), in: sourceCluster)
                try await makeOwnTemplate(plan.examples().institutions, in: ownCluster)
                return World(
                    plan: plan, pool: PersonPool(count: plan.poolSize), ownCluster: ownCluster,
                    sourceCluster: sourceCluster, sources: sources, logger: logger)
            } catch {
                await sourceCluster.remove()
                throw error
            }
        } catch {
            await ownCluster.remove()
            throw error
        }
    }

    func remove() async {
        await ownCluster.remove()
        await sourceCluster.remove()
    }

    /// Databases with students, a proxy before each; two have closed, and two ask for less consent than the rest.
    static func makeSources(_ plan: ExamplePlan, in cluster: PrivateCluster) async throws -> [WorldSource] {
        var examples = plan
        examples.requester = own
        let made = try await ExampleSources.make(examples, in: cluster) { connection in
            _ = try await Migrator(.sourceContract).migrate(connection)
        }
        var sources: [WorldSource] = []
        for (place, example) in made.sources.enumerated() {
            let source = WorldSource(
                institution: example.institution, cluster: cluster, database: example.database,
                proxy: try FaultProxy(to: cluster), role: examples.requesterRole)
            if place == 6 || place == 7 {
                let column =
                    place == 6 ? "fs.modulvalg_egenskap SET status_aktiv = 'J'" : "fs.modulvalg SET status_aktiv = 'N'"
                try await source.own("UPDATE \(column) WHERE modulkode = 'RESUTVEKSL'")
            }
            if place == 4 { try await source.own("UPDATE resutveksl.rules SET consent_required = false") }
            // What is shown must not change by itself when a round goes past midnight.
            try await source.own(
                "UPDATE fs.oppnadd_grad_prot SET dato_utlev_vitn = current_date + 30 WHERE dato_utlev_vitn >= current_date - 1"
            )
            sources.append(source)
        }
        return sources
    }

    static func makeOwnTemplate(_ institutions: [Int32], in cluster: PrivateCluster) async throws {
        try await cluster.createDatabase(ownTemplate)
        let connection = try await cluster.connect(database: ownTemplate)
        do {
            _ = try await Migrator(.ownDatabase).migrate(connection)
            _ = try await connection.query(
                """
                INSERT INTO resutveksl.institutions (institution, acronym, name)
                SELECT n, 'Eks' || n, 'Eksempelhøgskolen ' || n FROM unnest($1) AS n ON CONFLICT DO NOTHING
                """, institutions)
            try await connection.execute(script: "UPDATE resutveksl.settings SET own_institution = \(own)")
            try await Verifier.install(connection)
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }
}
