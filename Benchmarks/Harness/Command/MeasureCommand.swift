import ArgumentParser
import DevCluster
@preconcurrency import Foundation
import Logging
import Postgres

/// Makes the world, measures everything in it in one go, and tells the figures.
struct MeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Measures everything in one go and compares it with the figures to hold.",
        discussion: """
            Prints medians with spread (smallest–largest) and ratios, and at the end one line per figure:
                FIGURE | hold | measured | ok, missed or not measured
            What happens meanwhile is told on standard error. Nothing is left behind but the files asked for.

            Exit codes: 0 measured, whatever the figures; 1 something could not be measured, or with --strict a figure \
            was missed; 64 wrong usage.
            """)

    @OptionGroup var size: WorldArguments

    @Flag(help: "A small world, in under three minutes; its ratios are not those of the large one.") var quick = false

    @Option(parsing: .upToNextOption, help: "Only these scenarios, by name.") var only: [String] = []

    @Option(help: "How often each thing is measured, alternately. Default: 3, or 1 with --quick.") var rounds: Int?

    @Option(help: "Writes every raw value to this file.") var json: String?

    @Option(help: "Writes a plot to this file, as SVG.") var plot: String?

    @Option(help: "The folder with the floor and the peers.") var folder = "Benchmarks"

    @Flag(help: "Ends with 1 when a figure is missed.") var strict = false

    @Flag(help: "Lists the scenarios and measures none.") var list = false

    func validate() throws {
        for name in only where !Scenario.all.contains(where: { $0.name == name }) {
            throw ValidationError("There is no scenario \(name). List them: bench run --list")
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
        let plan = size.applied(to: quick ? .quick : BenchPlan())
        Progress.say("Making \(plan.sentence) …")
        let world = try await BenchWorld.make(plan, logger: Progress.quietLogger)
        do {
            let isGood = try await measure(in: world)
            await world.remove()
            if !isGood { throw ExitCode(1) }
        } catch {
            await world.remove()
            throw error
        }
    }

    /// - Returns: whether everything was measured, and with `--strict` held.
    private func measure(in world: BenchWorld) async throws -> Bool {
        let began = Date()
        let rounds = rounds ?? (quick ? 1 : 3)
        let ground = try Ground(world: world, rounds: rounds, isQuick: quick, folder: folder)
        let connection = try await world.cluster.connect()
        let machine = try await MachineFacts.read(connection)
        await connection.close()
        print("\(machine.sentence)\n\(world.plan.sentence)\nrounds: \(rounds); medians (smallest–largest)")
        var isGood = await play(ground)
        let figures = Figure.all(ground.book)
        print(quick ? "\nThe figures are meant for the large world; this was the small one:" : "")
        for figure in figures { print(figure.line) }
        if strict, figures.contains(where: { $0.isHeld == false }) { isGood = false }
        if let json {
            try Report(
                measuredAt: began, machine: machine, plan: world.plan, rounds: rounds, isQuick: quick, figures: figures,
                samples: ground.book.all
            ).write(to: json)
        }
        if let plot {
            try Chart.file(Report.charts(ground.book)).write(toFile: plot, atomically: true, encoding: .utf8)
        }
        return isGood
    }

    private func play(_ ground: Ground) async -> Bool {
        var isGood = true
        for one in Scenario.all where only.isEmpty ? one.isQuick || !quick : only.contains(one.name) {
            Progress.say("\(one.name): \(one.sentence)")
            let began = ContinuousClock.now
            do {
                for comparison in try await one.play(ground) {
                    print((comparison.lines { ground.book[$0] }).joined(separator: "\n"))
                }
            } catch {
                Progress.say("\(one.name) could not be measured: \(error)")
                isGood = false
            }
            Progress.say("  \(Int((ContinuousClock.now - began) / .seconds(1))) s")
        }
        return isGood
    }
}
