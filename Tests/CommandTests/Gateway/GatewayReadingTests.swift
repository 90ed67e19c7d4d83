import DevCluster
import Postgres
import Testing

extension GatewayTests {
    /// What a question costs the foreign database.
    @Suite struct Reading {
        private func ask(_ persons: [String]) async throws {
            let connection = try await GatewayTests.world.cluster.connect(
                database: GatewayWorld.gateway, user: CommandServer.requester)
            let count = try await GatewayQuestion(persons: persons).count(over: connection)
            #expect(count >= persons.count / 2)
            await connection.close()
        }

        // MariaDB takes two lists of a hundred for a reason to read everything; from some hundreds on it does not.
        @Test(
            "a question reads the rows of its persons and of those born on the same days, not the table",
            arguments: [
                1, 20, 100, 500, 600,
            ])
        func rows(count: Int) async throws {
            let world = try await GatewayTests.world
            let persons = Array(world.persons.prefix(count))
            // A sixth of a small table is rightly read by reading it through.
            let small = count <= 100 ? ["person", "personakseptanse"] : []
            for table in ["studentvurdkombprotokoll"] + small {
                let inReach = try await world.value(
                    """
                    count(*) FROM fs.\(table)
                    WHERE fodselsdato IN (SELECT left(n, 6)::numeric FROM unnest('{\(persons.joined(separator: ","))}'::text[]) AS n)
                    """, in: GatewayWorld.native)
                let all = try await world.value("count(*) FROM fs.\(table)", in: GatewayWorld.native)
                let before = try await world.rowsRead(table)
                try await ask(persons)
                let read = try await world.rowsRead(table) - before
                // A day on which one block of 500 ends and the next begins is read for both.
                #expect(read <= (Int(inReach) ?? 0) + 60, "\(table)")
                #expect(read < (Int(all) ?? 0) / 2, "\(table)")
                #expect(read > 0 || table == "personakseptanse")
            }
        }

        @Test("a question about 500 persons is put in as many statements as one about fifty")
        func statements() async throws {
            let world = try await GatewayTests.world
            var counts: [Int] = []
            for count in [50, 500] {
                let before = try await world.counter("Com_stmt_execute")
                try await ask(Array(world.persons.suffix(3000).prefix(count)))
                counts.append(try await world.counter("Com_stmt_execute") - before)
            }
            #expect(counts[0] == counts[1] && counts[1] <= 16, "\(counts)")
        }

        @Test("of a reserved institution's persons nothing is read")
        func reserved() async throws {
            let world = try await GatewayTests.world
            let reserve = "UPDATE modulvalg_egenskap SET status_aktiv = '%s'"
            try await world.foreign.run(reserve.replacing("%s", with: "J"), in: "fs")
            let before = try await world.rowsRead("person")
            let connection = try await world.cluster.connect(
                database: GatewayWorld.gateway, user: CommandServer.requester)
            let rows = try await GatewayQuestion(persons: Array(world.persons.prefix(20))).asked(over: connection)
            try await world.foreign.run(reserve.replacing("%s", with: "N"), in: "fs")
            await connection.close()
            #expect(rows.count == 1 && rows[0].contains("reserved"))
            #expect(try await world.rowsRead("person") == before)
        }

        @Test("after a question nothing of it is left in the gateway but the record of disclosures")
        func left() async throws {
            let world = try await GatewayTests.world
            try await ask(Array(world.persons.prefix(50)))
            let tables = try await world.value(
                """
                string_agg(format('SELECT count(*) AS n FROM %s', oid::regclass), ' UNION ALL ')
                FROM pg_class WHERE relnamespace = 'gateway'::regnamespace AND relkind = 'r'
                """)
            #expect(tables.contains("gateway.studentvurdkombprotokoll"))
            #expect(try await world.value("sum(n) FROM (\(tables)) AS t") == "0")
            #expect(try await world.value("count(*) FROM resutveksl.answers") == "0")
            #expect(try await world.value("count(*) > 20 FROM resutveksl.disclosures") == "true")
        }

        @Test("how long a question about 1,000 persons takes, from the gateway and from the native source")
        func speed() async throws {
            let world = try await GatewayTests.world
            let persons = Array(world.persons.prefix(1000))
            var told: [String] = []
            for database in [GatewayWorld.native, GatewayWorld.gateway] {
                let connection = try await world.cluster.connect(database: database, user: CommandServer.requester)
                var best = Duration.seconds(3600)
                for _ in 1...3 {
                    let began = ContinuousClock.now
                    _ = try await GatewayQuestion(persons: persons).count(over: connection)
                    best = min(best, .now - began)
                }
                await connection.close()
                told.append("\(database) \(Int(best / .milliseconds(1))) ms")
            }
            print("1,000 persons, the best of three questions: \(told.joined(separator: ", "))")
        }
    }
}
