import DevCluster
import Logging
import Migrations
import Postgres

/// A private server with FS-shaped sources and an own database in which orders are due, kept as a template.
///
/// Measuring changes the own database, so each measured round begins with a copy of it.
struct BenchWorld: Sendable {
    static let own: Int32 = 215
    /// Orders are due in it.
    static let template = "resutveksl_template"
    /// The same persons and sources without an order.
    static let idleTemplate = "resutveksl_idle"
    /// The same with persons enough for the largest size; made when it is needed.
    static let everybodyTemplate = "resutveksl_everybody"

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
            let people = Lot(examples.pool, count: plan.pool)
            let world = BenchWorld(plan: plan, cluster: cluster, examples: examples, people: people)
            try await world.atSources(settling)
            try await world.makeIdleTemplate()
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

    /// Orders for the persons with the lowest numbers of their own, as an import of a list does.
    static func orderScript(_ count: Int) -> String {
        """
        INSERT INTO resutveksl.orders (person_id, purpose, ordered_by)
        SELECT person_id, 'application', 'opptak' FROM resutveksl.persons WHERE person_id <= \(count) ORDER BY person_id;
        """
    }

    /// Freezes what was loaded, so that no autovacuum comes by while something is being measured.
    private static let settling = "VACUUM (FREEZE, ANALYZE)"

    private func makeTemplate() async throws {
        try await cluster.createDatabase(Self.template, template: Self.idleTemplate)
        try await fill(Self.template) { connection in
            try await connection.execute(script: Self.orderScript(plan.orders), timeout: .seconds(600))
        }
    }

    func makeEverybody() async throws {
        let connection = try await cluster.connect()
        let isThere = try await connection.query(
            "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", Self.everybodyTemplate
        ).single(Bool.self)
        await connection.close()
        if isThere { return }
        try await cluster.createDatabase(Self.everybodyTemplate, template: Self.idleTemplate)
        try await fill(Self.everybodyTemplate) { connection in
            try await people.register(plan.orders + plan.visitors..<plan.largest, in: connection)
        }
    }

    private func makeIdleTemplate() async throws {
        try await cluster.createDatabase(Self.idleTemplate)
        try await fill(Self.idleTemplate) { connection in
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
            try await people.register(0..<plan.orders + plan.visitors, in: connection)
        }
    }

    private func fill(_ database: String, _ body: (Connection) async throws -> Void) async throws {
        let connection = try await cluster.connect(database: database)
        do {
            try await body(connection)
            _ = try await connection.query(Statement(Self.settling), timeout: .seconds(600))
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }
}
