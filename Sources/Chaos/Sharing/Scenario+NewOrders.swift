import DevCluster
import Glibc
import Postgres

extension Scenario {
    static let newOrders = Scenario(
        name: "new_orders",
        sentence: "A large run is under way; what is ordered meanwhile is settled long before it ends."
    ) { stage in
        let site = try await stage.site("new_orders")
        // Slow sources make the run large without many persons.
        for source in site.sources { await source.proxy.set(.delay(.milliseconds(stage.size(60, quick: 30)))) }
        var round = Round(site)
        round.arguments = ["watch", "--poll", "1", "--lease", "5", "--claim-size", "40", "--log-level", "warning"]
        var result = ScenarioResult(rounds: 1)
        let late = stage.size(20, quick: 8)
        let early = site.plan.persons - late
        result.orders = try await round.begin(0..<early)
        try await site.own("UPDATE resutveksl.sources SET set_size = 2")
        let began = ContinuousClock.now
        let (run, oddities) = try await Crew.work(site, count: 1, round.arguments, allowedEnds: []) { _ in
            try await Task.sleep(for: .milliseconds(500))
            for place in early..<site.plan.persons {
                try await site.order(place..<place + 1)
                try await Task.sleep(for: .milliseconds(100))
            }
            while try await site.openOrders() > 0, .now - began < .seconds(120) {
                try await Task.sleep(for: .milliseconds(50))
            }
            return began.duration(to: .now)
        }
        result.orders += late
        result.add(oddities)
        Round.tell(oddities)
        let (median, longest) = try await site.withOwn { own in
            try await own.query(
                """
                SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds), max(seconds)
                FROM (SELECT extract(epoch FROM completed_at - ordered_at)::float8 AS seconds FROM chaos.orders
                    WHERE state = 'completed' ORDER BY order_number DESC LIMIT $1) AS late
                """, late
            ).single(Double.self, Double.self)
        }
        if .seconds(longest) > run / 2 {
            let found = [Violation(kind: .wrong, rule: "held_up", detail: "\(longest) s of a run of \(run)")]
            result.add(found)
            Round.tell(found)
        }
        for source in site.sources { await source.proxy.set(.pass) }
        let (_, more) = try await Round(site).drain(retries: false)
        result.add(more)
        result.add(try await round.end())
        result.figure("new", late)
        result.figure("median_s", .seconds(median))
        result.figure("max_s", .seconds(longest))
        result.figure("run_s", run)
        return result
    }
}
