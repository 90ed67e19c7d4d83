import DevCluster
import Glibc
import Postgres
import Testing

extension GatewayTests {
    /// What a requester sees when what is behind the gateway fails.
    @Suite struct Faults {
        /// An order that the gateway is to be asked about.
        private func ordered() async throws -> Installation {
            let installation = try await Installation.make()
            try await installation.must("source", "add", "203", GatewayTests.world.source(GatewayWorld.gateway))
            try await installation.order(Installation.person1)
            return installation
        }

        private func runFails(
            _ installation: Installation, as outcome: String, saying sentence: String,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let run = try await installation.run("run")
            #expect(run.status == 3, "\(run.output)", sourceLocation: sourceLocation)
            #expect(run.output.contains("203 HVL: \(outcome): "), "\(run.output)", sourceLocation: sourceLocation)
            #expect(run.output.contains(sentence), "\(run.output)", sourceLocation: sourceLocation)
            #expect(run.output.contains("0 completed, 1 awaiting retry"), sourceLocation: sourceLocation)
            for secret in ["Access denied", "SELECT", "`"] {
                #expect(!run.output.contains(secret), "\(run.output)", sourceLocation: sourceLocation)
            }
        }

        private func runCompletes(_ installation: Installation) async throws {
            try await installation.own(
                "UPDATE resutveksl.orders SET state = 'ordered', due_at = now() WHERE state = 'awaiting_retry'")
            let run = try await installation.run("run")
            #expect(run.status == 0 && run.output.contains("1 completed, 0 awaiting retry"), "\(run.output)")
        }

        @Test("MariaDB is down: unreachable, with the reason; when it is up again the order completes")
        func down() async throws {
            let (world, installation) = (try await GatewayTests.world, try await ordered())
            try await world.foreign.stop()
            let check = try await installation.run("source", "check")
            try await runFails(
                installation, as: "unreachable", saying: "the database behind this gateway cannot be reached")
            try await world.foreign.startAgain()
            #expect(check.status != 0 && check.output.contains("behind this gateway"), "\(check.output)")
            try await runCompletes(installation)
        }

        @Test("a wrong password at the gateway: unreachable; why stands in the gateway's log, and nowhere else")
        func password() async throws {
            let (world, installation) = (try await GatewayTests.world, try await ordered())
            try await world.setPassword("another")
            try await runFails(installation, as: "unreachable", saying: "or refuses the gateway")
            try await world.setPassword(Secrets.password)
            #expect(try world.cluster.log().contains("Access denied for user 'resutveksl_gateway'"))
            try await runCompletes(installation)
        }

        @Test("a table that is locked for longer than a statement may take: timed out")
        func slow() async throws {
            let (world, installation) = (try await GatewayTests.world, try await ordered())
            try await world.foreign.run("ALTER USER resutveksl_gateway WITH MAX_STATEMENT_TIME 0.5")
            let locking = try world.foreign.session()
            locking.type("LOCK TABLES fs.studentvurdkombprotokoll WRITE;\nSELECT 'locked';\n")
            try await locking.prints("locked")
            try await runFails(installation, as: "timed_out", saying: "took too long over a statement")
            locking.type("UNLOCK TABLES;\nSELECT 'open';\nEXIT\n")
            _ = try await locking.finished()
            try await world.foreign.run("ALTER USER resutveksl_gateway WITH MAX_STATEMENT_TIME 20")
            try await runCompletes(installation)
        }

        @Test("a table that may not be read: failed, with the state, and the database to look at")
        func forbidden() async throws {
            let (world, installation) = (try await GatewayTests.world, try await ordered())
            try await world.foreign.run("REVOKE SELECT ON fs.tallkarakter FROM resutveksl_gateway")
            try await runFails(
                installation, as: "failed", saying: "the database behind this gateway failed (SQLSTATE HV00L)")
            try await world.foreign.run("GRANT SELECT ON fs.tallkarakter TO resutveksl_gateway")
            try await runCompletes(installation)
        }

        @Test("a connection that MariaDB has closed in the meantime is made anew, and the question is answered")
        func closed() async throws {
            let world = try await GatewayTests.world
            let connection = try await world.cluster.connect(
                database: GatewayWorld.gateway, user: CommandServer.requester)
            let question = GatewayQuestion(persons: Array(world.persons.prefix(20)))
            let first = try await question.asked(over: connection)
            let kills = try await world.foreign.run(
                """
                SELECT concat('KILL ', id, ';') FROM information_schema.processlist WHERE user = 'resutveksl_gateway'
                """)
            #expect(kills.contains("KILL"))
            try await world.foreign.run(kills)
            let second = try await question.asked(over: connection)
            #expect(first.count > 50 && second == first)
            await connection.close()
        }

        @Test(
            "an upgrade of the contract that takes the gateway out fails every question, until 4-ask.sql has run again")
        func upgraded() async throws {
            let (world, installation) = (try await GatewayTests.world, try await ordered())
            let connection = try await world.cluster.connect(
                database: GatewayWorld.gateway, user: GatewayWorld.owner)
            let contract = try await connection.query(
                """
                SELECT replace(pg_get_functiondef(oid), 'FUNCTION gateway.ask_v1', 'FUNCTION resutveksl.ask_v1')
                FROM pg_proc WHERE pronamespace = 'gateway'::regnamespace AND proname = 'ask_v1'
                """
            ).single(String.self)
            try await connection.execute(script: contract)
            await connection.close()
            try await runFails(
                installation, as: "failed", saying: "this gateway would answer without fetching anything")
            for _ in 1...2 { try await world.psql("4-ask.sql") }
            try await runCompletes(installation)
        }
    }
}
