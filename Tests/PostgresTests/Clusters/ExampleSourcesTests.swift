import DevCluster
import Postgres
import Testing

@Suite(.fewAtOnce) struct `Example sources` {
    /// What the sources are told, kept in a table instead of a contract.
    private static let stub = """
        CREATE SCHEMA resutveksl;
        CREATE TABLE resutveksl.told (what text, institution int, answers_for int[]);
        CREATE FUNCTION resutveksl.set_identity(institution int, answers_for int[]) RETURNS void LANGUAGE sql AS
            $$INSERT INTO resutveksl.told VALUES ('identity', institution, answers_for)$$;
        CREATE FUNCTION resutveksl.register_requester(role_name name, institution int) RETURNS void LANGUAGE sql AS
            $$INSERT INTO resutveksl.told VALUES (role_name::text, institution, NULL)$$;
        """

    @Test func `are filled with the persons of their plan, the test persons among them, and are told who they are`()
        async throws
    {
        let cluster = try await TestCluster.shared.cluster()
        let plan = ExamplePlan(sources: 3, personsPerSource: 20, poolSize: 45)
        let made = try await ExampleSources.make(plan, in: cluster) { try await $0.execute(script: Self.stub) }
        #expect(made.sources.map(\.institution) == [203, 204, 185])
        #expect(made.pool.persons.count == 45)
        for source in made.sources {
            #expect(source.resultCount > 100)
            let connection = try await cluster.connect(database: source.database)
            let told = try await connection.query(
                "SELECT what, institution FROM resutveksl.told ORDER BY what"
            ).decode(String.self, Int32.self)
            #expect(told.map(\.0) == ["identity", "resutveksl_requester"])
            #expect(told.map(\.1) == [source.institution, 215])
            let numbers = try await connection.query(
                """
                SELECT p.i, q.fodselsdato IS NOT NULL
                FROM example.pool AS p
                LEFT JOIN fs.person AS q
                    ON lpad(q.fodselsdato::text, 6, '0') || lpad(q.personnr::text, 5, '0') = p.person_number
                """
            ).decode(Int.self, Bool.self)
            #expect(Set(numbers.filter(\.1).map(\.0)) == Set(source.poolPlaces))
            let testPersons = try await connection.query(
                "SELECT count(*) FROM fs.person WHERE etternavn = 'Resultatutveksling'"
            ).single(Int.self)
            #expect(testPersons == (source.institution == 185 ? 0 : 1))
            await connection.close()
        }
    }
}
