package import Postgres

/// FS-shaped source databases in one cluster, filled with invented students and ready to be asked.
package struct ExampleSources: Sendable {
    package let plan: ExamplePlan
    package let pool: PersonPool
    /// In the order of `plan.institutions`.
    package let sources: [ExampleSource]

    private static let template = "resutveksl_source_template"

    /// Makes one template with tables, pool and contract, and a copy of it for each source.
    ///
    /// - Parameter installContract: applies the source contract to the database of the connection.
    package static func make(
        _ plan: ExamplePlan, in cluster: PrivateCluster,
        installContract: (Connection) async throws -> Void
    ) async throws -> ExampleSources {
        let pool = PersonPool(count: plan.poolSize)
        try await makeTemplate(plan, pool, in: cluster, installContract)
        // As many at once as keep a small machine busy; each is one server process at work.
        let sources = try await withThrowingTaskGroup(of: (Int, ExampleSource).self) { group in
            var results: [(Int, ExampleSource)] = []
            for place in plan.institutions.indices {
                if place >= 4, let done = try await group.next() { results.append(done) }
                group.addTask { (place, try await makeSource(place, plan, in: cluster)) }
            }
            for try await done in group { results.append(done) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
        return ExampleSources(plan: plan, pool: pool, sources: sources)
    }

    private static func makeTemplate(
        _ plan: ExamplePlan, _ pool: PersonPool, in cluster: PrivateCluster,
        _ installContract: (Connection) async throws -> Void
    ) async throws {
        try await cluster.run(
            """
            DROP DATABASE IF EXISTS \(template);
            """)
        try await cluster.createDatabase(template)
        let role = plan.requesterRole.quotedIdentifier
        try await cluster.run(
            """
            DO $$ BEGIN CREATE ROLE \(role) LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
            """)
        let connection = try await cluster.connect(database: template)
        do {
            for script in ExampleScripts.all { try await connection.execute(script: script, timeout: .seconds(600)) }
            try await pool.load(into: connection)
            try await installContract(connection)
            _ = try await connection.query("ANALYZE")
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    private static func makeSource(
        _ place: Int, _ plan: ExamplePlan, in cluster: PrivateCluster
    ) async throws -> ExampleSource {
        let institution = plan.institutions[place]
        let database = plan.databasePrefix + String(institution)
        try await cluster.createDatabase(database, template: template)
        let connection = try await cluster.connect(database: database)
        do {
            let counts = try await fill(connection, place, plan)
            await connection.close()
            return ExampleSource(
                institution: institution, database: database,
                connectionString: try cluster.connectionString(database: database, user: plan.requesterRole),
                poolPlaces: plan.poolPlaces(place), resultCount: counts.results, degreeCount: counts.degrees)
        } catch {
            await connection.close()
            throw error
        }
    }

    private static func fill(
        _ connection: Connection, _ place: Int, _ plan: ExamplePlan
    ) async throws -> (results: Int, degrees: Int) {
        let institution = plan.institutions[place]
        let (first, stride) = plan.choice(place)
        _ = try await connection.query(
            "SELECT resutveksl.set_identity($1, example.answers_for($1))", institution)
        _ = try await connection.query(
            "SELECT resutveksl.register_requester($1::name, $2)", plan.requesterRole, plan.requester)
        if plan.includesTestPersons {
            _ = try await connection.query(
                """
                SELECT CASE WHEN 216 = ANY (example.answers_for($1)) THEN example.add_test_person_1()::text END,
                    CASE WHEN 214 = ANY (example.answers_for($1)) THEN example.add_test_person_2()::text END
                """, institution)
        }
        let (results, degrees) = try await connection.query(
            "SELECT results, degrees FROM example.fill($1, $2, $3, $4, $5)", institution, Int32(plan.personsPerSource),
            Int32(plan.resultsPerPerson), Int32(first), Int32(stride), timeout: .seconds(900)
        ).single(Int.self, Int.self)
        _ = try await connection.query("ANALYZE", timeout: .seconds(900))
        return (results, degrees)
    }
}
