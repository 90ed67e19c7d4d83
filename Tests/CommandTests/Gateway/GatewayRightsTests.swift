import DevCluster
import Postgres
import Testing

extension GatewayTests {
    /// Who may do what with the data behind a gateway.
    @Suite struct Rights {
        @Test(
            "a requester's role reaches neither foreign tables, nor views, nor what is fetched, nor the password",
            arguments: [
                "SELECT * FROM fs_remote.person", "SELECT * FROM fs.person", "SELECT * FROM gateway.person",
                "SELECT gateway.forget()", "SELECT gateway.fetch('{}')",
                "SELECT * FROM gateway.ask_v1('{}', '{}', '{}', '{}', '{}', '{}', 'x')",
                "SELECT umoptions FROM pg_user_mapping", "IMPORT FOREIGN SCHEMA fs FROM SERVER fs INTO public",
                "CREATE USER MAPPING FOR CURRENT_USER SERVER fs",
            ])
        func requester(statement: String) async throws {
            let connection = try await GatewayTests.world.cluster.connect(
                database: GatewayWorld.gateway, user: CommandServer.requester)
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query(Statement(statement))
            }
            #expect(error?.sqlState == "42501")
            await connection.close()
        }

        @Test("the user that the gateway reads with can write nothing, and sees no names")
        func reader() async throws {
            let world = try await GatewayTests.world
            let connection = try await world.cluster.connect(
                database: GatewayWorld.gateway, user: GatewayWorld.owner)
            try await connection.execute(
                script: """
                    CREATE FOREIGN TABLE fs_remote.names (fornavn text) SERVER fs OPTIONS (dbname 'fs', table_name 'person')
                    """)
            for statement in [
                "SELECT * FROM fs_remote.names", "INSERT INTO fs_remote.grad (gradkode) VALUES ('X')",
                "DELETE FROM fs_remote.grad",
            ] {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.query(Statement(statement))
                }
                #expect(error?.sqlState?.hasPrefix("HV") == true, "\(statement)")
            }
            try await connection.execute(script: "DROP FOREIGN TABLE fs_remote.names")
            await connection.close()
            #expect(try await world.foreign.run("SELECT count(*) FROM grad", in: "fs") == "10\n")
        }
    }
}
