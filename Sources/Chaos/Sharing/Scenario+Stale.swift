import DevCluster
import Glibc
import Postgres

extension Scenario {
    static let stale = Scenario(
        name: "stale",
        sentence:
            "A worker is stopped for longer than its lease, another takes over, the first wakes up: it may write nothing."
    ) { stage in
        var generator = SeededGenerator(seed: stage.seed, part: "stale")
        let site = try await stage.site("stale")
        var round = Round(site)
        round.arguments = ["run", "--lease", "1", "--claim-size", "60", "--log-level", "warning"]
        var result = ScenarioResult()
        var woken = 0
        for _ in 0..<stage.rounds(10, quick: 2) {
            result.orders += try await round.begin()
            result.rounds += 1
            let sleeper = try await site.start(round.arguments)
            try await Task.sleep(for: generator.moment(60...500))
            let isAsleep = sleeper.send(SIGSTOP)
            // The lease runs out; whatever was left is taken over and drained, however long the first one sleeps: the server
            // ends what it was doing there (at the latest after the five seconds that the shortest statement has).
            try await Task.sleep(for: .milliseconds(1200))
            let (recovery, oddities) = try await round.drain(within: .seconds(25))
            result.recovery = max(result.recovery, recovery)
            var found = oddities
            if try await site.openOrders() > 0 {
                found.append(Violation(kind: .wrong, rule: "not_taken_over", detail: "from \(sleeper.name), asleep"))
            }
            if isAsleep, sleeper.isRunning {
                woken += 1
                sleeper.send(SIGCONT)
            }
            if let status = try await sleeper.ended(within: .seconds(20)) {
                found += Crew.oddities(of: sleeper, status, isAllowed: false)
            } else {
                sleeper.send(SIGKILL)
                found.append(Violation(kind: .wrong, rule: "worker_hangs", detail: "\(sleeper.name), woken up"))
            }
            found += try await round.drain().1
            result.add(found)
            Round.tell(found)
            // It may have been about to ask when it was stopped: one set at each source, for each of two claims.
            let late = 2 * Int(site.plan.setSize) * site.sources.count
            result.add(try await round.end(lateQuestions: late))
            try await site.changeSources(&generator)
        }
        result.figure("woken", woken)
        return result
    }
}
