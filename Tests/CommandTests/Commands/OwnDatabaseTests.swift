import DevCluster
import Foundation
import Testing

/// Reaching the own database, or not.
@Suite struct OwnDatabaseTests {
    private func list(_ database: String, environment: [String: String] = [:]) async throws -> Finished {
        try await Command([Command.program, "order", "list", "--database", database], environment: environment)
            .finished()
    }

    @Test(
        "an own database that is not reachable ends with 69 and says where it was looked for",
        arguments: [
            ("host=127.0.0.1 port=1 dbname=own user=x connect_timeout=5", "127.0.0.1"),
            ("host=/tmp/no-such-folder dbname=own user=x", "/tmp/no-such-folder"),
            ("host=no-such-host.invalid dbname=own user=x connect_timeout=5", "no-such-host.invalid"),
        ])
    func unreachable(database: String, place: String) async throws {
        let finished = try await list(database)
        #expect(finished.status == 69)
        #expect(finished.errors.hasPrefix("resutveksl: the own database cannot be reached: "))
        #expect(finished.errors.contains(place))
        #expect(finished.output.isEmpty)
        #expect(try await Command([Command.program, "migrate", "--database", database]).finished().status == 69)
        #expect(try await Command([Command.program, "run", "--database", database]).finished().status == 69)
    }

    @Test("an unknown role or database ends with 78", arguments: ["user=nobody_home", "user=postgres dbname=no_such"])
    func refused(change: String) async throws {
        let installation = try await Installation.untouched()
        let place = "host=\(installation.cluster.folder) port=\(installation.cluster.port) dbname=\(installation.name) "
        let finished = try await list(place + change)
        #expect(finished.status == 78)
        #expect(finished.errors.contains("the own database does not let us in: "))
        #expect(finished.errors.contains(/role "nobody_home"|database "no_such"/))
    }

    @Test("a password is read from the password file; a wrong one there ends with 78")
    func passwordFile() async throws {
        let installation = try await Installation.unset()
        let database =
            "host=127.0.0.1 port=\(installation.cluster.port) user=\(CommandServer.guarded) dbname=\(installation.name)"
        for (password, status) in [(Secrets.password, Int32(0)), ("wrong", 78)] {
            let file = FileManager.default.temporaryDirectory.appending(path: "pgpass-\(UUID().uuidString)").path()
            let line = Data("*:*:*:*:\(password)\n".utf8)
            #expect(
                FileManager.default.createFile(atPath: file, contents: line, attributes: [.posixPermissions: 0o600]))
            let finished = try await list(database, environment: ["PGPASSFILE": file])
            try FileManager.default.removeItem(atPath: file)
            #expect(finished.status == status, "\(finished.errors)")
        }
    }

    static let withPassword = [
        "host=127.0.0.1 dbname=own password=\(Secrets.password)", "postgresql://anna:\(Secrets.password)@127.0.0.1/own",
        "postgresql://anna@127.0.0.1/own?password=\(Secrets.password)",
        "host=127.0.0.1 dbname=own sslpassword=\(Secrets.password)",
    ]

    /// That the password is not printed is looked at for every command.
    @Test("a connection string with a password ends with 78 and says where passwords belong", arguments: withPassword)
    func password(database: String) async throws {
        let installation = try await Installation.untouched()
        let source = try await installation.run("source", "add", "203", database)
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.sources") == "0")
        let install = try await installation.run("source", "install", database, "--institution", "203")
        let environment = ["RESUTVEKSL_DATABASE": database]
        let own = try await Command([Command.program, "order", "list"], environment: environment).finished()
        for finished in [try await list(database), own, source, install] {
            #expect(finished.status == 78)
            #expect(finished.errors.contains("PGPASSFILE"))
            #expect(finished.errors.contains("PGSERVICEFILE"))
        }
    }

    @Test(
        "a connection string that cannot be read, or an unknown service, ends with 78",
        arguments: ["nonsense", "host=x frobnicate=1", "service=no_such_service"])
    func unreadable(database: String) async throws {
        let finished = try await list(database)
        #expect(finished.status == 78)
        #expect(finished.errors.contains(/connection string|service/))
    }

    @Test("without --database the environment says where, as libpq users know it")
    func environment() async throws {
        let installation = try await Installation.unset()
        let environment = [
            "PGHOST": installation.cluster.folder, "PGPORT": "\(installation.cluster.port)", "PGUSER": "postgres",
            "PGDATABASE": installation.name,
        ]
        let finished = try await Command([Command.program, "order", "list"], environment: environment).finished()
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(finished.output == "no orders\n")
    }
}
