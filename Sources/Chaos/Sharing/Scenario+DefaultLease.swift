import DevCluster
import Glibc
import Postgres

extension Scenario {
    static let defaultLease = Scenario(
        name: "default_lease",
        sentence: "With the default settings a killed worker's orders are taken up within a minute by one that watches."
    ) { stage in
        let site = try await stage.site("default_lease")
        // So slow that the orders are certainly in work when the worker dies.
        for source in site.sources { await source.proxy.set(.delay(.milliseconds(100))) }
        let round = Round(site)
        var result = ScenarioResult(rounds: 1)
        result.orders = try await round.begin()
        let dying = try await site.start(["run"])
        var held = 0
        while held == 0, dying.isRunning {
            try await Task.sleep(for: .milliseconds(20))
            held = try await site.value(
                "SELECT count(*) FROM resutveksl.orders WHERE state = 'fetching'", as: Int.self)
        }
        try await Task.sleep(for: .milliseconds(300))
        dying.send(SIGKILL)
        let died = ContinuousClock.now
        for source in site.sources { await source.proxy.set(.pass) }
        let (takeover, oddities) = try await Crew.work(site, count: 1, ["watch"]) { _ in
            while try await site.openOrders() > 0, .now - died < .seconds(120) {
                try await Task.sleep(for: .milliseconds(100))
            }
            return died.duration(to: .now)
        }
        result.recovery = takeover
        result.add(oddities)
        Round.tell(oddities)
        if takeover > .seconds(60) {
            result.wrong += 1
            Progress.say("  VIOLATION wrong late_takeover: \(takeover)")
        }
        result.add(try await round.end())
        result.figure("in_work", held)
        return result
    }
}
