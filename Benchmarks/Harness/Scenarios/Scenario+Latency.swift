import DevCluster

extension Scenario {
    /// Sources that are far away: half of the delay each way.
    static let latency = Scenario(
        name: "latency", sentence: "A run over sources with 20 ms of added round trip, beside none.", isQuick: false
    ) { ground in
        for _ in 0..<ground.rounds {
            for (series, milliseconds) in [("near", 0), ("far", 10)] {
                try await ground.withOwn { own in
                    let mode = milliseconds == 0 ? FaultProxy.Mode.pass : .delay(.milliseconds(milliseconds))
                    try await own.reach(try await ground.proxies.reach(ground.world.plan.sources, mode))
                    ground.book.add("latency.\(series)", try await ground.drain(own).seconds, unit: "s")
                    await ground.proxies.pass()
                }
            }
        }
        return [
            Comparison(
                "A run through proxies", [("no delay", "latency.near"), ("20 ms a round trip", "latency.far")])
        ]
    }
}
