import Foundation
import Testing

@testable import resutveksl

/// The dead-man switch that `run` tells.
@Suite struct PingTests {
    /// In the address as a service gives it out: whoever knows it can say that all is well.
    private static let secret = "5f3c-geheim-81aa"

    private func run(
        _ installation: Installation, port: Int, environment: [String: String] = [:]
    ) async throws -> Finished {
        let ping = ["RESUTVEKSL_PING_URL": "http://127.0.0.1:\(port)/ping/\(Self.secret)"]
        let finished = try await Command(
            [Command.program, "run"],
            environment: try installation.environment.merging(ping) { $1 }.merging(environment) { $1 }
        ).finished()
        #expect(!(finished.output + finished.errors).contains(Self.secret))
        return finished
    }

    @Test("it hears of the beginning and of the success, also when some sources could not be asked")
    func success() async throws {
        for isIncomplete in [false, true] {
            let installation = try await Installation.make(203)
            if isIncomplete { try await installation.addDeadSource(184) }
            try await installation.order(Installation.person1)
            let server = try SmallServer(.answers([200]))
            defer { server.end() }
            let finished = try await run(installation, port: server.port)
            #expect(finished.status == (isIncomplete ? 3 : 0))
            #expect(server.paths == ["/ping/\(Self.secret)/start", "/ping/\(Self.secret)"])
            #expect(!finished.errors.contains("dead-man"))
        }
    }

    @Test("it hears of a failure with the exit status, and only after the beginning")
    func failure() async throws {
        let server = try SmallServer(.answers([200]))
        defer { server.end() }
        let unset = try await run(try await Installation.unset(), port: server.port)
        #expect(unset.status == 78)
        let dead = ["RESUTVEKSL_DATABASE": "host=127.0.0.1 port=1 dbname=own user=x"]
        #expect(try await run(try await Installation.untouched(), port: server.port, environment: dead).status == 69)
        let paths = ["start", "78", "start", "69"].map { "/ping/\(Self.secret)/\($0)" }
        #expect(server.paths == paths)
    }

    @Test("one that has trouble of its own is asked again, and one that refuses is not")
    func again() async throws {
        let installation = try await Installation.make(203)
        let busy = try SmallServer(.answers([503, 500, 200]))
        defer { busy.end() }
        #expect(try await run(installation, port: busy.port).status == 0)
        let start = "/ping/\(Self.secret)/start"
        #expect(busy.paths == [start, start, start, "/ping/\(Self.secret)"])
        let refusing = try SmallServer(.answers([404]))
        defer { refusing.end() }
        let finished = try await run(installation, port: refusing.port)
        #expect(finished.status == 0)
        #expect(refusing.paths.count == 2)
        #expect(finished.errors.contains("a dead-man switch could not be told"))
        #expect(finished.errors.contains("HTTP 404"))
    }

    @Test("one that never answers, and one that is not there, change nothing but the time, which has an end")
    func silent() async throws {
        let installation = try await Installation.make(203)
        try await installation.order(Installation.person1)
        let silent = try SmallServer(.silent)
        defer { silent.end() }
        for port in [silent.port, try SmallServer.freePort()] {
            let began = ContinuousClock.now
            let finished = try await run(installation, port: port)
            #expect(finished.status == 0)
            // Ten seconds in all; the rest is for a busy machine.
            #expect(.now - began < .seconds(60))
            #expect(finished.output.contains("completed"))
            #expect(finished.errors.contains("signal=start") && finished.errors.contains("signal=end"))
        }
        #expect(silent.paths.count >= 2)
        #expect(try await installation.value("SELECT state FROM resutveksl.orders") == "completed")
    }

    @Test("what is no address of HTTP is said without being shown")
    func wrong() async throws {
        let installation = try await Installation.make(203)
        for address in ["ftp://x/\(Self.secret)", Self.secret, "http://"] {
            let finished = try await run(installation, port: 1, environment: ["RESUTVEKSL_PING_URL": address])
            #expect(finished.status == 78)
            #expect(finished.errors.contains("RESUTVEKSL_PING_URL"))
            #expect(!finished.errors.contains(Self.secret))
        }
    }

    @Test(
        "what stands behind the address",
        arguments: [
            ("https://hc.example.org/ping/x", PingSignal.started, "https://hc.example.org/ping/x/start"),
            ("https://hc.example.org/ping/x/", .started, "https://hc.example.org/ping/x/start"),
            ("https://hc.example.org/ping/x", .ended(0), "https://hc.example.org/ping/x"),
            ("https://hc.example.org/ping/x", .ended(3), "https://hc.example.org/ping/x"),
            ("https://hc.example.org/ping/x", .ended(69), "https://hc.example.org/ping/x/69"),
            ("http://hc.example.org:8000/p/x?create=1", .ended(1), "http://hc.example.org:8000/p/x/1?create=1"),
        ])
    func address(text: String, signal: PingSignal, expected: String) throws {
        let address = try #require(PingAddress(text))
        #expect(address.text(for: signal) == expected)
        #expect(!"\(address)".contains("example"))
    }
}
