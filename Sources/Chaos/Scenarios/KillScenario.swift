import DevCluster
import Glibc

extension Scenario {
    /// `kill -9` at random moments, two to four workers at once, each replaced at once.
    static let kill = Scenario(
        name: "kill", sentence: "Workers are killed with kill -9 at random moments, two to four at work at once."
    ) { stage in
        var generator = SeededGenerator(seed: stage.seed, part: "kill")
        let site = try await stage.site("kill")
        let kills = stage.rounds(200, quick: 12)
        let round = Round(site)
        var result = ScenarioResult()
        var done = 0
        var held = 0
        while done < kills {
            result.orders += try await round.begin()
            let workers = 2 + result.rounds % 3
            let ahead = kills - done
            let (killed, oddities) = try await Crew.work(site, count: workers, round.arguments) { crew in
                var killed = 0
                while killed < ahead, try await site.openOrders() > 0 {
                    try await Task.sleep(for: generator.moment(20...400))
                    guard let worker = crew.running.randomElement(using: &generator) else { continue }
                    if worker.send(SIGKILL) { killed += 1 }
                }
                return killed
            }
            done += killed
            result.rounds += 1
            var (recovery, more) = try await round.drain()
            // Who is killed as often as this on a slow machine catches the same order so often that it looks guilty.
            let caught = try await site.releaseHeld()
            if caught > 0 {
                held += caught
                Progress.say("  \(caught) held, and released")
                let (longer, others) = try await round.drain()
                recovery += longer
                more += others
            }
            result.recovery = max(result.recovery, recovery)
            result.add(oddities + more)
            Round.tell(oddities + more)
            result.add(try await round.end())
            Progress.say("  \(done) of \(kills) kills, \(result.orders) orders, \(workers) workers")
            try await site.changeSources(&generator)
        }
        result.figure("kills", done)
        result.figure("held", held)
        return result
    }
}
