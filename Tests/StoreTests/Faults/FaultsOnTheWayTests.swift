import DevCluster
import Postgres
import Testing

/// A source that cannot be reached is told apart by how far one came, and costs nobody else anything.
@Suite struct FaultsOnTheWayTests {
    @Test("a source that cannot be reached is told as what it is", arguments: unreachable)
    func reached(_ example: FaultCase) async throws {
        try await Self.night.value.check(example)
    }

    @Test("all of these in one night cost the healthy source nothing, and nothing personal is logged")
    func unharmed() async throws { try await Self.night.value.checkUnharmed() }

    private static let night = Task { try await FaultNight(unreachable) }

    static let unreachable = [
        FaultCase(
            "nobody listens at the port",
            ExpectedFault(
                "unreachable", "connection_refused", errno: "ECONNREFUSED", phase: "connect", words: "refused")
        ) { playground, source in
            try await playground.register(source, .nobodyListens())
            return nil
        },
        FaultCase(
            "there is no socket",
            ExpectedFault("unreachable", "connection_refused", errno: "ENOENT", phase: "connect")
        ) { playground, source in
            try await playground.register(source, ConnectionString("host=/nowhere dbname=fs user=resutveksl"))
            return nil
        },
        FaultCase(
            "the host's name is not known",
            // Without any name service it is EAI_AGAIN.
            ExpectedFault(
                "unreachable", "host_unknown", errno: "EAI_NONAME", "EAI_AGAIN", "EAI_NODATA", phase: "resolve",
                words: "fs.example.invalid")
        ) { playground, source in
            try await playground.register(source, ConnectionString("host=fs.example.invalid dbname=fs user=resutveksl"))
            return nil
        },
        FaultCase(
            "nobody answers the first packet",
            ExpectedFault("unreachable", "no_answer", errno: "ETIMEDOUT", phase: "connect")
        ) { playground, source in
            let proxy = try FaultProxy(to: playground.cluster)
            await proxy.set(.silent)
            try await playground.register(source, proxy.connectionString)
            try await playground.hurry(source)
            return proxy
        },
        FaultCase(
            "the server takes the connection and never speaks",
            ExpectedFault("unreachable", "no_answer", errno: "ETIMEDOUT", phase: "authenticate")
        ) { playground, source in
            let listener = try SilentListener()
            try await playground.register(source, listener.connectionString)
            try await playground.hurry(source)
            return listener
        },
        FaultCase(
            "the server takes the connection and never answers the request for TLS",
            ExpectedFault("unreachable", "no_answer", errno: "ETIMEDOUT", phase: "tls")
        ) { playground, source in
            let listener = try SilentListener()
            try await playground.register(source, listener.connectionString.with(["sslmode": "require"]))
            try await playground.hurry(source)
            return listener
        },
        FaultCase(
            "the line is half open from the beginning",
            ExpectedFault("unreachable", "no_answer", errno: "ETIMEDOUT", phase: "authenticate")
        ) { playground, source in
            let proxy = try FaultProxy(to: playground.cluster)
            await proxy.set(.halfOpen)
            try await playground.register(source, proxy.connectionString)
            try await playground.hurry(source)
            return proxy
        },
        FaultCase(
            "the connection breaks while it is being made",
            ExpectedFault("unreachable", "connection_lost", phase: "authenticate")
        ) { playground, source in
            let proxy = try FaultProxy(to: playground.cluster)
            await proxy.set(.cut(afterBytes: 20))
            try await playground.register(source, proxy.connectionString)
            return proxy
        },
        FaultCase(
            "we require TLS and the server has none",
            ExpectedFault("unreachable", "tls", phase: "tls", words: "SSL")
        ) { playground, source in
            try await playground.addSource(source, reached: ["host": "127.0.0.1", "sslmode": "require"])
            return nil
        },
        FaultCase(
            "another authority signed the server's certificate",
            ExpectedFault("unreachable", "tls", phase: "tls", words: "certificate verify failed")
        ) { playground, source in
            let settings = "host=localhost user=kari sslmode=verify-full sslrootcert=OTHER"
            try await playground.register(source, TroubleServer.shared.string(settings))
            return nil
        },
        FaultCase(
            "the server's certificate is made out to another name",
            ExpectedFault("unreachable", "tls", phase: "tls", words: "localhost")
        ) { playground, source in
            let settings = "host=fs.example.invalid hostaddr=127.0.0.1 user=kari sslmode=verify-full sslrootcert=CA"
            try await playground.register(source, TroubleServer.shared.string(settings))
            return nil
        },
        FaultCase(
            "libpq cannot read the connection string",
            ExpectedFault("failed", "configuration", phase: "configure", words: "source add")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.own("UPDATE resutveksl.sources SET conninfo = 'host=''fjord' WHERE source = \(source)")
            return nil
        },
        FaultCase(
            "the service of the connection string is not known",
            ExpectedFault("failed", "configuration", phase: "configure", words: "nowhere")
        ) { playground, source in
            try await playground.register(source, ConnectionString("service=nowhere"))
            return nil
        },
    ]
}

extension FaultProxy {
    var connectionString: ConnectionString {
        get throws { try ConnectionString("host=127.0.0.1 port=\(port) dbname=fs user=resutveksl sslmode=disable") }
    }
}
