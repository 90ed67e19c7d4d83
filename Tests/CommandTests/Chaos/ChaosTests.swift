import Foundation
import Testing

/// The chaos runner itself, and a bounded part of what it does at length.
@Suite(.serialized) struct ChaosTests {
    private func chaos(_ arguments: [String]) async throws -> Finished {
        let program = URL(filePath: try Command.program).deletingLastPathComponent().appending(path: "chaos").path()
        return try await Command([program] + arguments, limit: .seconds(300)).finished()
    }

    @Test("the verifier sees every way in which a result can be broken")
    func selfTest() async throws {
        let finished = try await chaos(["--self-test"])
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(!finished.errors.contains("NOT SEEN"))
    }

    @Test(
        "nothing is lost, duplicated or wrong",
        arguments: [
            ["kill", "stale", "workers", "stop"], ["own_restart", "own_terminate", "own_failover"],
            ["black_hole", "cut_mid_row", "too_slow", "disk_full"], ["bad_data", "too_large", "poison"],
        ])
    func nothingIsLost(scenarios: [String]) async throws {
        let finished = try await chaos(["--quick"] + scenarios.flatMap { ["--scenario", $0] })
        #expect(finished.status == 0, "\(finished.errors)")
        let form = /scenario=[a-z0-9_]+ rounds=[0-9]+ orders=[0-9]+ lost=0 duplicated=0 wrong=0 recover_s=[0-9.]+( .*)?/
        #expect(finished.lines.count == scenarios.count)
        for line in finished.lines { #expect(line.wholeMatch(of: form) != nil, "\(line)") }
    }

    @Test("the list names every scenario with a sentence")
    func list() async throws {
        let finished = try await chaos(["--list"])
        #expect(finished.status == 0)
        #expect(finished.lines.count >= 30)
        for line in finished.lines { #expect(line.wholeMatch(of: /[a-z0-9_]+ +[A-Z].*\./) != nil, "\(line)") }
    }

    @Test("an unknown scenario is wrong usage")
    func unknown() async throws {
        let finished = try await chaos(["--scenario", "sunshine"])
        #expect(finished.status == 64)
        #expect(finished.errors.contains("sunshine"))
    }
}
