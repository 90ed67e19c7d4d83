import DevCluster
import Glibc
import Postgres

extension Scenario {
    static let workers = Scenario(
        name: "workers", sentence: "Two, three and four workers share the orders, and none is fetched twice."
    ) { stage in
        var generator = SeededGenerator(seed: stage.seed, part: "workers")
        let site = try await stage.site("workers")
        let round = Round(site)
        var result = ScenarioResult()
        var sharing = 0
        for number in 0..<stage.rounds(12, quick: 3) {
            result.orders += try await round.begin()
            result.rounds += 1
            var crew: [WorkerProcess] = []
            for _ in 0..<(2 + number % 3) { crew.append(try await site.start(round.arguments)) }
            var found: [Violation] = []
            for worker in crew {
                let status = try await worker.ended(within: .seconds(60))
                if status == nil { worker.send(SIGKILL) }
                found += Crew.oddities(of: worker, status ?? -1, isAllowed: false)
            }
            sharing += try await site.value(
                """
                SELECT count(*) FROM (SELECT DISTINCT writer FROM chaos.writes) AS writers
                """, as: Int.self)
            let (recovery, oddities) = try await round.drain(retries: false)
            result.recovery = max(result.recovery, recovery)
            result.add(found + oddities)
            Round.tell(found + oddities)
            result.add(try await round.end())
            try await site.changeSources(&generator)
        }
        result.figure("workers_that_wrote", sharing)
        return result
    }

    static let stop = Scenario(
        name: "stop", sentence: "Workers get TERM at random moments: they hand back what is left, in time."
    ) { stage in
        var generator = SeededGenerator(seed: stage.seed, part: "stop")
        let site = try await stage.site("stop")
        let round = Round(site)
        var result = ScenarioResult()
        var stops = 0
        var slowest = Duration.zero
        let wanted = stage.rounds(60, quick: 6)
        while stops < wanted {
            result.orders += try await round.begin()
            result.rounds += 1
            var found: [Violation] = []
            while stops < wanted, try await site.openOrders() > 0 {
                let arguments =
                    stops % 2 == 0 ? round.arguments : ["watch", "--poll", "0.2"] + round.arguments.dropFirst()
                let worker = try await site.start(Array(arguments))
                try await Task.sleep(for: generator.moment(60...400))
                let began = ContinuousClock.now
                guard worker.send(SIGTERM) else { continue }
                stops += 1
                guard let status = try await worker.ended(within: .seconds(30)) else {
                    worker.send(SIGKILL)
                    found.append(Violation(kind: .wrong, rule: "stop_hangs", detail: worker.name))
                    continue
                }
                slowest = max(slowest, began.duration(to: .now))
                // Before it has begun to watch for signals it ends like any other program.
                found += Crew.oddities(of: worker, status, isAllowed: status == 128 + SIGTERM)
                let fetching = try await site.value(
                    "SELECT count(*) FROM resutveksl.orders WHERE state = 'fetching'", as: Int.self)
                if status != 128 + SIGTERM, fetching > 0 {
                    let detail = "\(worker.name) kept \(fetching) orders"
                    found.append(Violation(kind: .wrong, rule: "not_handed_back", detail: detail))
                }
            }
            let (recovery, oddities) = try await round.drain(retries: false)
            result.recovery = max(result.recovery, recovery)
            result.add(found + oddities)
            Round.tell(found + oddities)
            result.add(try await round.end())
            try await site.changeSources(&generator)
        }
        result.figure("stops", stops)
        result.figure("slowest_stop_s", slowest)
        return result
    }
}
