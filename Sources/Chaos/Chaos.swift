import ArgumentParser
@preconcurrency import Foundation
import Logging

/// Breaks everything that can break, and compares what came of it with the truth.
@main
struct Chaos: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chaos",
        abstract: "Breaks everything that can break, and proves that nothing is lost, duplicated or wrong.",
        discussion: """
            Each scenario has private PostgreSQL servers, example sources behind proxies that misbehave, and real workers: \
            the resutveksl program that was built beside this one. What ought to come of it is computed from the sources' FS \
            tables alone. Nothing is left behind, also after Ctrl-C.

            Prints one line per scenario on standard output:
                scenario=NAME rounds=N orders=N lost=0 duplicated=0 wrong=0 recover_s=N
            more key=value pairs may follow. What happens, and every violation, is told on standard error.

            Exit codes: 0 nothing lost, duplicated or wrong; 1 something was, or a scenario could not be played; 64 wrong \
            usage.
            """)

    @Option(help: "A scenario to play, by name; may be given several times. Default: all.")
    var scenario: [String] = []

    @Flag(help: "A bounded size: all scenarios in about a minute and a half.")
    var quick = false

    @Option(help: "How many rounds, kills or restarts a scenario has, where it counts them.")
    var rounds: Int?

    @Option(help: "For the random moments. Default: drawn, and told on standard error.")
    var seed: UInt64?

    @Flag(help: "Lists the scenarios and plays none.")
    var list = false

    @Flag(help: "Breaks results on purpose and looks whether the verifier sees it; plays no scenario.")
    var selfTest = false

    @Option(name: .customLong("log-level"), help: "From which level on the servers' and connections' own log is told.")
    var logLevel = "critical"

    func validate() throws {
        for name in scenario where !Scenario.all.contains(where: { $0.name == name }) {
            throw ValidationError("There is no scenario \(name). List them: chaos --list")
        }
        if let rounds, rounds < 1 { throw ValidationError("--rounds is at least 1.") }
    }

    func run() async throws {
        setlinebuf(stdout)
        signal(SIGPIPE, SIG_IGN)
        if list {
            let width = Scenario.all.map(\.name.count).max() ?? 0
            for one in Scenario.all {
                print(one.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + one.sentence)
            }
            return
        }
        let seed = seed ?? UInt64.random(in: 1...999_999)
        Progress.say("chaos: seed \(seed)\(quick ? ", quick" : "")")
        var logger = Logger(label: "chaos") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .critical
        let stage = Stage(isQuick: quick, rounds: rounds, seed: seed, logger: logger)
        let isGood = try await selfTest ? SelfTest(stage: stage).run() : play(stage)
        await stage.end()
        if !isGood { throw ExitCode(1) }
    }

    private func play(_ stage: Stage) async -> Bool {
        var isGood = true
        for one in Scenario.all where scenario.isEmpty || scenario.contains(one.name) {
            Progress.say("\(one.name): \(one.sentence)")
            let began = ContinuousClock.now
            do {
                var result = try await one.play(stage)
                result.figure("seconds", .now - began)
                print(result.line(of: one.name))
                isGood = isGood && result.isGood
            } catch {
                Progress.say("\(one.name) could not be played: \(error)")
                isGood = false
            }
        }
        return isGood
    }
}
