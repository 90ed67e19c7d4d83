import DevCluster
import Postgres
import Testing

extension GatewayTests {
    /// What comes through a gateway is what a source of PostgreSQL's own would say.
    @Suite struct Answers {
        private func ask(_ question: GatewayQuestion, _ database: String) async throws -> [String] {
            let connection = try await GatewayTests.world.cluster.connect(
                database: database, user: CommandServer.requester)
            let rows = try await question.asked(over: connection)
            await connection.close()
            return rows
        }

        @Test("about everybody, known or not, the gateway answers row for row what the native source answers")
        func equal() async throws {
            let question = GatewayQuestion(persons: try await GatewayTests.world.persons)
            let expected = try await ask(question, GatewayWorld.native)
            let answered = try await ask(question, GatewayWorld.gateway)
            #expect(expected.count > 20_000)
            #expect(answered.count == expected.count)
            // Not the rows themselves: they would stand in the report.
            #expect(zip(answered, expected).count { $0 != $1 } == 0)
            for verdict in ["fetched", "nothing", "no_consent", "refused"] {
                #expect(expected.contains { $0.contains(",\(verdict),") }, "\(verdict)")
            }
            #expect(expected.contains { $0.contains("😀") && $0.contains("slutt") })
            #expect(expected.contains { $0.contains("') OR 1=1") })
        }

        @Test("what the requester holds already is unchanged, whichever of the two it came from")
        func unchanged() async throws {
            let persons = Array(try await GatewayTests.world.persons.prefix(400))
            let native = try await GatewayTests.world.cluster.connect(
                database: GatewayWorld.native, user: CommandServer.requester)
            let gateway = try await GatewayTests.world.cluster.connect(
                database: GatewayWorld.gateway, user: CommandServer.requester)
            let first = try await GatewayQuestion(persons: persons).verdicts(over: native)
            let held = Dictionary(first.map { ($0.0, $0.2) }) { one, _ in one }
            let question = GatewayQuestion(persons: persons, fingerprints: persons.map { held[$0] ?? nil })
            let second = try await question.verdicts(over: gateway)
            #expect(first.contains { $0.1 == "fetched" } && !second.contains { $0.1 == "fetched" })
            #expect(
                second.filter { $0.1 == "unchanged" }.map(\.0) == first.filter { $0.1 == "fetched" }.map(\.0))
            for connection in [native, gateway] { await connection.close() }
        }

        @Test("the routine: Testperson1's course stands in the tab Resultater, and a changed grade is told later")
        func routine() async throws {
            let installation = try await Installation.make()
            try await installation.must("source", "add", "203", GatewayTests.world.source(GatewayWorld.gateway))
            let check = try await installation.run("source", "check")
            #expect(check.status == 0 && check.output.contains(" open "), "\(check.output)")
            try await installation.order(Installation.person1)
            let run = try await installation.run("run")
            #expect(run.status == 0, "\(run.output)")
            #expect(run.output.contains("1 completed, 0 awaiting retry"))
            let results = try await installation.must("results", "show", "--person", Installation.person1)
            #expect(results.output.contains("RES-100") && results.output.contains("216"))

            let grade = "UPDATE studentvurdkombprotokoll SET karaktertall = %s WHERE emnekode = 'RES-100'"
            try await GatewayTests.world.foreign.run(grade.replacing("%s", with: "65"), in: "fs")
            try await installation.must("order", "place", "--person", Installation.person1)
            try await installation.must("run")
            try await GatewayTests.world.foreign.run(grade.replacing("%s", with: "64"), in: "fs")
            let changes = try await installation.must("changes", "list", "--person", Installation.person1)
            #expect(changes.output.contains("RES-100"), "\(changes.output)")
        }

        @Test("what 300 orders bring into Person eksternstudium is the same from the gateway as from the native source")
        func imported() async throws {
            var brought: [String: [String]] = [:]
            for database in [GatewayWorld.native, GatewayWorld.gateway] {
                let installation = try await Installation.make()
                try await installation.must("source", "add", "203", GatewayTests.world.source(database))
                let own = try await installation.cluster.connect(database: installation.name)
                let persons = Array(try await GatewayTests.world.persons.prefix(300))
                let taken = try await own.query(
                    """
                    SELECT count(*) FROM resutveksl.place_orders(
                        (SELECT array_agg(i::text) FROM generate_subscripts($1::text[], 1) AS i), $1,
                        purpose => 'external_study', consent_channel => 'Søknadsweb')
                    WHERE order_number IS NOT NULL
                    """, persons
                ).single(Int.self)
                #expect(taken == 300)
                let run = try await installation.run("run")
                #expect(run.status == 0, "\(run.output)")
                brought[database] = try await own.query(
                    """
                    SELECT concat_ws('|', p.person_number, s.institution, whole.result_key,
                        to_jsonb(r) - ARRAY['result_id', 'study_id', 'part_of', 'fetched_at'])
                    FROM resutveksl.external_results AS r
                    JOIN resutveksl.external_studies AS s USING (study_id)
                    JOIN resutveksl.persons AS p USING (person_id)
                    LEFT JOIN resutveksl.external_results AS whole ON whole.result_id = r.part_of
                    ORDER BY p.person_number COLLATE "C", r.result_key COLLATE "C"
                    """
                ).decode(String.self)
                await own.close()
            }
            let native = try #require(brought[GatewayWorld.native])
            let gateway = try #require(brought[GatewayWorld.gateway])
            #expect(native.count > 2000 && gateway.count == native.count)
            #expect(zip(gateway, native).count { $0 != $1 } == 0)
        }
    }
}
