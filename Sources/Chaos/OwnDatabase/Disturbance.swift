import DevCluster

/// A round in which something happens to the own database again and again while workers are at work.
struct Disturbance {
    let site: Site
    let workers: Int

    /// - Parameters:
    ///   - limit: how often it may happen.
    ///   - pause: between two times.
    ///   - strike: what happens, with the number of times before.
    /// - Returns: what came of it, and how often it happened: until everything was settled, at least once.
    func play(
        atMost limit: Int, every pause: Duration, strike: (Int) async throws -> Void
    ) async throws -> (ScenarioResult, times: Int) {
        let round = Round(site)
        var result = ScenarioResult(rounds: 1)
        result.orders = try await round.begin()
        let (end, oddities) = try await Crew.work(site, count: workers, round.arguments, allowedEnds: [69]) { crew in
            var times = 0
            var last = ContinuousClock.now
            while times < limit {
                try await Task.sleep(for: pause)
                try await strike(times)
                times += 1
                last = .now
                if try await site.openOrders() == 0 { break }
            }
            // The workers that are there have to get over it.
            while try await site.openOrders() > 0, .now - last < .seconds(60) {
                try await Task.sleep(for: .milliseconds(50))
            }
            return (times, last.duration(to: .now))
        }
        let (times, recovery) = end
        let (_, more) = try await round.drain()
        result.recovery = recovery
        result.add(oddities + more)
        Round.tell(oddities + more)
        result.add(try await round.end())
        return (result, times)
    }
}
