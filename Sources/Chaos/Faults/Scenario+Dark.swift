import DevCluster
import Postgres

extension Scenario {
    static let dark = Scenario(
        name: "dark_10_of_50",
        sentence:
            "Ten of fifty sources accept and never speak: it costs one connect deadline, however many orders there are."
    ) { stage in
        var plan = WorldPlan()
        plan.sources = 50
        plan.persons = stage.size(10_000, quick: 500)
        plan.resultsPerPerson = 4
        plan.setSize = 500
        plan.connectTimeout = .seconds(stage.size(5, quick: 1))
        plan.statementTimeout = .seconds(60)
        let world = try await World.make(plan, logger: stage.logger)
        do {
            var result = ScenarioResult()
            let healthy = try await run(world, "healthy", 1, dark: [], &result)
            let dark = try await run(world, "dark", 2, dark: Array(world.sources.suffix(10)), &result)
            if dark > healthy * 1.25 + plan.connectTimeout + .seconds(2) {
                let detail = "\(dark) with ten dark sources, \(healthy) without"
                let found = [Violation(kind: .wrong, rule: "held_up", detail: detail)]
                Round.tell(found)
                result.add(found)
            }
            result.figure("healthy_s", healthy)
            result.figure("dark_s", dark)
            result.figure("connect_deadline_s", plan.connectTimeout)
            await world.remove()
            return result
        } catch {
            await world.remove()
            throw error
        }
    }

    /// - Returns: how long the run took in which some sources were dark.
    private static func run(
        _ world: World, _ name: String, _ number: Int, dark: [WorldSource], _ result: inout ScenarioResult
    ) async throws -> Duration {
        let site = try await Site.make(in: world, name: name, number: number)
        try await site.addPersons(0..<world.plan.persons)
        // What is measured is the program, not the verifier's notes.
        try await site.own("DROP TRIGGER chaos_notes_writes ON resutveksl.transfers")
        var round = Round(site)
        round.arguments = ["run", "--log-level", "error"]
        result.orders += try await round.begin()
        result.rounds += 1
        for source in dark { await source.proxy.set(.blackHole) }
        let began = ContinuousClock.now
        let worker = try await site.start(round.arguments)
        let status = try await worker.ended(within: .seconds(300))
        let time = began.duration(to: .now)
        result.add(Crew.oddities(of: worker, status ?? -1, isAllowed: false))
        Progress.say("  \(name): \(result.orders) orders, \(time)")
        if !dark.isEmpty {
            result.add(try await round.compare(faulted: dark.map(\.institution), outcomes: ["unreachable"]))
        }
        for source in dark { await source.proxy.set(.pass) }
        let (recovery, oddities) = try await round.drain(within: .seconds(120))
        result.recovery = max(result.recovery, recovery)
        result.add(oddities)
        Round.tell(oddities)
        result.add(try await round.end())
        return time
    }
}
