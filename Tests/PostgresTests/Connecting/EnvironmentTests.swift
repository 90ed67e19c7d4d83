import DevCluster
import Glibc
import Logging
import Postgres
import Testing

/// What libpq reads besides the connection string, each in a process of its own: the environment is the process's.
@Suite(.fewAtOnce) struct `Service file and environment` {
    private static func answer(_ text: String) async throws -> String {
        let connection = try await Connection.connect(try ConnectionString(text), logger: Logger(label: "test"))
        return try await connection.query(
            "SELECT session_user || ' ' || current_database() || ' ' || current_setting('application_name')"
        ).single(String.self)
    }

    @Test func `a service name stands for a whole connection string, its password included`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        let file = try TemporaryFile(
            """
            [fs_203]
            host=127.0.0.1
            port=\(cluster.port)
            dbname=postgres
            user=anna
            password=fjord
            application_name=from the service file

            """)
        let path = file.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            setenv("PGSERVICEFILE", path, 1)
            let byName = try await Self.answer("service=fs_203")
            #expect(byName == "anna postgres from the service file")
            setenv("PGSERVICE", "fs_203", 1)
            let byVariable = try await Self.answer("")
            #expect(byVariable == "anna postgres from the service file")
            // What the string says goes before what the service says.
            let mixed = try await Self.answer("service=fs_203 user=postgres")
            #expect(mixed == "postgres postgres from the service file")
        }
        withExtendedLifetime(file) {}
    }

    @Test func `an unknown service is an error of the configuration`() async throws {
        let file = try TemporaryFile("[other]\nhost=h\n")
        let path = file.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            setenv("PGSERVICEFILE", path, 1)
            let error = try await failure { _ = try await Self.answer("service=fs_203") }
            #expect(error.code == .configuration)
            #expect(error.message.contains("fs_203"))
        }
        withExtendedLifetime(file) {}
    }

    @Test func `PGPASSFILE, PGHOST, PGPORT and their like are heeded`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        let file = try TemporaryFile("127.0.0.1:*:postgres:anna:fjord\n")
        let (path, port) = (file.path, String(cluster.port))
        await #expect(processExitsWith: .success) { [path = path as String, port = port as String] in
            setenv("PGPASSFILE", path, 1)
            setenv("PGHOST", "127.0.0.1", 1)
            setenv("PGPORT", port, 1)
            setenv("PGUSER", "anna", 1)
            setenv("PGDATABASE", "postgres", 1)
            setenv("PGAPPNAME", "from the environment", 1)
            let answer = try await Self.answer("")
            #expect(answer == "anna postgres from the environment")
        }
        withExtendedLifetime(file) {}
    }

    @Test func `a password file that others may read is not used`() async throws {
        let file = try TemporaryFile("*:*:*:anna:fjord\n", mode: 0o644)
        let error = try await failure { _ = try await connect(tcp: "user=anna passfile=\(file.path)") }
        #expect(error.message.contains("no password supplied"))
    }
}
