import DevCluster
import Postgres
import Testing

/// A server that does not let us in says why, and so do we.
@Suite struct FaultsAtTheDoorTests {
    @Test("a server that does not let us in is told by what it said", arguments: refusals)
    func refused(_ example: FaultCase) async throws {
        try await Self.night.value.check(example)
    }

    @Test("all of these in one night cost the healthy source nothing, and nothing personal is logged")
    func unharmed() async throws { try await Self.night.value.checkUnharmed() }

    private static let night = Task { try await FaultNight(refusals) }

    static let refusals = [
        FaultCase(
            "the password is wrong",
            ExpectedFault("denied", "login_refused", sqlState: "28P01", phase: "authenticate")
        ) { playground, source in
            let file = try PasswordFile("vidde")
            let settings = "host=localhost user=anna passfile=\(file.path)"
            try await playground.register(source, TroubleServer.shared.string(settings))
            return file
        },
        FaultCase(
            "there is no password where one is wanted",
            ExpectedFault("denied", "login_refused", phase: "authenticate", words: "password file")
        ) { playground, source in
            let settings = "host=localhost user=anna passfile=/dev/null"
            try await playground.register(source, TroubleServer.shared.string(settings))
            return nil
        },
        FaultCase(
            "the server wants TLS and we have none",
            ExpectedFault("denied", "login_refused", sqlState: "28000", phase: "authenticate")
        ) { playground, source in
            try await playground.register(
                source, TroubleServer.shared.string("host=localhost user=kari sslmode=disable"))
            return nil
        },
        FaultCase(
            "the role is missing",
            ExpectedFault("denied", "login_refused", sqlState: "28000", phase: "authenticate")
        ) { playground, source in
            try await playground.addSource(source, reached: ["user": "\(playground.name)_nobody"])
            return nil
        },
        FaultCase(
            "the role may not log in",
            ExpectedFault("denied", "login_refused", sqlState: "28000", phase: "authenticate")
        ) { playground, source in
            try await playground.cluster.run("CREATE ROLE \(playground.name)_group")
            try await playground.addSource(source, reached: ["user": "\(playground.name)_group"])
            return nil
        },
        FaultCase(
            "the database is missing",
            ExpectedFault("unreachable", "database_missing", sqlState: "3D000", phase: "authenticate", words: "dbname")
        ) { playground, source in
            try await playground.addSource(source, reached: ["dbname": "\(playground.name)_missing"])
            return nil
        },
        FaultCase(
            "the role may not connect to the database",
            ExpectedFault("denied", "permission_denied", sqlState: "42501", phase: "authenticate")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.cluster.run(
                "REVOKE CONNECT ON DATABASE \(playground.database(of: source)) FROM PUBLIC")
            return nil
        },
        FaultCase(
            "the database takes no connections",
            ExpectedFault("unreachable", "not_ready", sqlState: "55000", phase: "authenticate")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.cluster.run(
                "ALTER DATABASE \(playground.database(of: source)) WITH ALLOW_CONNECTIONS false")
            return nil
        },
        FaultCase(
            "the role has too many connections",
            ExpectedFault("unreachable", "too_many_connections", sqlState: "53300", phase: "authenticate")
        ) { playground, source in
            try await playground.cluster.run("CREATE ROLE \(playground.name)_crowd LOGIN CONNECTION LIMIT 0")
            try await playground.addSource(source, reached: ["user": "\(playground.name)_crowd"])
            return nil
        },
        FaultCase(
            "the database has too many connections",
            ExpectedFault("unreachable", "too_many_connections", sqlState: "53300", phase: "authenticate")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.cluster.run("ALTER DATABASE \(playground.database(of: source)) CONNECTION LIMIT 0")
            return nil
        },
    ]
}
