import DevCluster
import Glibc

extension Scenario {
    static let manyFaults = Scenario(
        name: "many_faults",
        sentence: "Several sources are faulted and lifted at random while workers are killed at random."
    ) { stage in
        var generator = SeededGenerator(seed: stage.seed, part: "many_faults")
        let site = try await stage.site("many_faults")
        let round = Round(site)
        var result = ScenarioResult()
        var faults = 0
        var kills = 0
        for _ in 0..<stage.rounds(8, quick: 1) {
            result.orders += try await round.begin()
            result.rounds += 1
            let watch = ["watch", "--poll", "0.2", "--rest", "0.3"] + round.arguments.dropFirst()
            let (counts, oddities) = try await Crew.work(site, count: 3, watch) { crew in
                var counts = (faults: 0, kills: 0)
                for _ in 0..<stage.size(40, quick: 15) {
                    try await Task.sleep(for: generator.moment(20...200))
                    guard let source = site.sources.randomElement(using: &generator) else { continue }
                    let modes: [FaultProxy.Mode] = [
                        .pass, .pass, .refuse, .blackHole, .silent, .halfOpen, .delay(.milliseconds(20)),
                        .cut(afterBytes: Int.random(in: 100...20_000, using: &generator)),
                    ]
                    await source.proxy.set(modes.randomElement(using: &generator) ?? .pass)
                    counts.faults += 1
                    if Int.random(in: 0..<4, using: &generator) == 0,
                        let worker = crew.running.randomElement(using: &generator), worker.send(SIGKILL)
                    {
                        counts.kills += 1
                    }
                    if Int.random(in: 0..<3, using: &generator) == 0 { try await site.retryNow() }
                }
                return counts
            }
            faults += counts.faults
            kills += counts.kills
            for source in site.sources { await source.proxy.set(.pass) }
            let (recovery, more) = try await round.drain()
            result.recovery = max(result.recovery, recovery)
            result.add(oddities + more)
            Round.tell(oddities + more)
            result.add(try await round.end())
            try await site.changeSources(&generator)
        }
        result.figure("faults", faults)
        result.figure("kills", kills)
        return result
    }
}
