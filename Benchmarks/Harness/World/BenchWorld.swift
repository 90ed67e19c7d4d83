import DevCluster
import Logging
import Migrations
import Postgres

/// A private server with FS-shaped sources and an own database in which orders are due, kept as a template.
///
/// Measuring changes the own database, so each measured round begins with a copy of it.
struct BenchWorld: Sendable {
    static let own: Int32 = 215
    static let template = "resutveksl_template"

    let plan: BenchPlan
    let cluster: PrivateCluster
    let examples: ExampleSources
    let people: Lot

    static func make(_ plan: BenchPlan, logger: Logger) async throws -> BenchWorld {
        let cluster = try await PrivateCluster.start(plan.cluster, logger: logger)
        do {
            let examples = try await ExampleSources.make(plan.examples, in: cluster) { connection in
                _ = try await Migrator(.sourceContract).migrate(connection)
            }
            let people = Lot(examples.pool, count: plan.orders + plan.visitors)
            let world = BenchWorld(plan: plan, cluster: cluster, examples: examples, people: people)
            try await world.settleSources()
            try await world.makeTemplate()
            // What was just written goes to the disk now, not while something is being measured.
            try await cluster.run("CHECKPOINT")
            return world
        } catch {
            await cluster.remove()
            throw error
        }
    }

    func remove() async { await cluster.remove() }

    /// A fresh own database.
    ///
    /// - Parameter template: which one it is a copy of.
    func makeOwn(_ name: String, template: String = Self.template) async throws {
        try await dropOwn(name)
        try await cluster.createDatabase(name, template: template)
    }

    func dropOwn(_ name: String) async throws {
        try await cluster.run("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }

    /// How everybody reaches an own database.
    func ownText(_ name: String) -> String {
        "host=\(cluster.folder) port=\(cluster.port) user=postgres dbname=\(name)"
    }

    /// Runs SQL in every source, some at a time.
    func atSources(_ script: String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (place, source) in examples.sources.enumerated() {
                if place >= 4 { try await group.next() }
                group.addTask { try await cluster.run(script, in: source.database) }
            }
            try await group.waitForAll()
        }
    }

    /// Freezes what was loaded, so that no autovacuum comes by while something is being measured.
    private func settleSources() async throws { try await atSources("VACUUM (FREEZE, ANALYZE)") }

    private func makeTemplate() async throws {
        try await cluster.createDatabase(Self.template)
        let connection = try await cluster.connect(database: Self.template)
        do {
            _ = try await Migrator(.ownDatabase).migrate(connection)
            _ = try await connection.query(
                """
                INSERT INTO resutveksl.institutions (institution, acronym, name)
                SELECT n, 'Eks' || n, 'Eksempelhøgskolen ' || n FROM unnest($1) AS n ON CONFLICT DO NOTHING
                """, plan.examples.institutions)
            try await connection.execute(script: "UPDATE resutveksl.settings SET own_institution = \(Self.own)")
            _ = try await connection.query(
                "INSERT INTO resutveksl.sources (source, conninfo) SELECT * FROM unnest($1, $2)",
                examples.sources.map(\.institution), examples.sources.map(\.connectionString.text))
            try await people.load(into: connection, orders: plan.orders)
            _ = try await connection.query("VACUUM (FREEZE, ANALYZE)", timeout: .seconds(600))
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }
}
