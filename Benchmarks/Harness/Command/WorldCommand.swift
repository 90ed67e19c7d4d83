import ArgumentParser
import DevCluster
@preconcurrency import Glibc
import Logging
import Postgres

/// Makes the measured world and leaves it to whoever wants to look, or to measure by hand.
struct WorldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "world",
        abstract: "Makes the world that is measured, says how to reach it, and stays until Ctrl-C or TERM.",
        discussion: """
            Prints lines `name=value` on standard output: `own` and `template` are connection strings, `copy` is the \
            command that makes a fresh own database. The last line is `ready`. Nothing is left behind.
            """)

    @OptionGroup var size: WorldArguments

    @Flag(help: "A small world.") var quick = false

    func run() async throws {
        setlinebuf(stdout)
        let interruption = Interruption()
        let plan = size.applied(to: quick ? .quick : BenchPlan())
        Progress.say("Making \(plan.sentence) …")
        let began = ContinuousClock.now
        let world = try await BenchWorld.make(plan, logger: Progress.quietLogger)
        do {
            try await world.makeOwn("resutveksl")
            try await tell(world)
        } catch {
            await world.remove()
            throw error
        }
        Progress.say("made in \(Int((ContinuousClock.now - began) / .seconds(1))) s; Ctrl-C or TERM removes it")
        print("ready")
        await interruption.came()
        await world.remove()
    }

    private func tell(_ world: BenchWorld) async throws {
        let reach = "-h \(world.cluster.folder) -p \(world.cluster.port) -U postgres"
        print("own=\(world.ownText("resutveksl"))")
        print("template=\(world.ownText(BenchWorld.template))")
        print("copy=dropdb --force \(reach) --if-exists round && createdb \(reach) -T \(BenchWorld.template) round")
        print("psql=psql \(reach) resutveksl")
        print("results=\(world.examples.sources.map(\.resultCount).reduce(0, +))")
        if let source = world.examples.sources.first { print("source=\(source.connectionString)") }
    }
}
