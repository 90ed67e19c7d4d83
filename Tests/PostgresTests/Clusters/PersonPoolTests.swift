import DevCluster
import Postgres
import Testing

@Suite(.fewAtOnce) struct `Invented persons` {
    /// A session with a pool in a database of its own.
    private func withPool(_ count: Int, _ body: (Connection) async throws -> Void) async throws {
        let cluster = try await TestCluster.shared.cluster()
        try await cluster.createDatabase("invented_persons")
        try await cluster.run(
            """
            CREATE SCHEMA example;
            CREATE TABLE example.pool (i int, person_number text, given_name text, family_name text);
            INSERT INTO example.pool VALUES (-1, 'old', 'old', 'old');
            """, in: "invented_persons")
        let connection = try await cluster.connect(database: "invented_persons")
        try await PersonPool(count: count).load(into: connection)
        try await body(connection)
        await connection.close()
    }

    @Test func `have synthetic numbers, each once, and are the beginning of a larger pool`() async throws {
        try await withPool(5_000) { connection in
            let counts = try await connection.query(
                """
                SELECT count(*), count(DISTINCT person_number), min(i), max(i),
                    count(*) FILTER (WHERE person_number ~ '^[0-9]{11}$' AND substr(person_number, 3, 2) BETWEEN '81' AND '92'
                        AND given_name <> '' AND family_name <> '')
                FROM example.pool
                """
            ).single(Int.self, Int.self, Int.self, Int.self, Int.self)
            #expect(counts == (5_000, 5_000, 0, 4_999, 5_000))
            let print = Statement("SELECT md5(string_agg(pool::text, ',' ORDER BY i)) FROM example.pool WHERE i < 100")
            let first = try await connection.query(print).single(String.self)
            try await PersonPool(count: 100).load(into: connection)
            #expect(try await connection.query(print).single(String.self) == first)
        }
    }

    @Test(arguments: [(50, 40, 500), (50, 40, 501), (3, 10, 10), (1, 1, 1), (50, 60, 60)])
    func `are chosen for each source without one coming twice`(_ sources: Int, _ persons: Int, _ pool: Int) {
        let plan = ExamplePlan(sources: sources, personsPerSource: persons, poolSize: pool)
        #expect(plan.institutions.count == sources)
        #expect(Set(plan.institutions).count == sources)
        for place in plan.institutions.indices {
            let chosen = plan.poolPlaces(place)
            #expect(Set(chosen).count == persons)
            #expect(chosen.allSatisfy { (0..<pool).contains($0) })
        }
    }
}
