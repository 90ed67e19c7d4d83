import DevCluster

extension Scenario {
    /// What dead sources cost, by how many there are and how they are dead.
    static let dead = Scenario(
        name: "dead",
        sentence: "A run with 1, 5, 10, 25 dead sources: refused, black hole, silent; one connect deadline each."
    ) { ground in
        let deadline = ground.size(2, quick: 1)
        ground.book.add("dead.deadline", Double(deadline), unit: "s")
        let ways: [(name: String, label: String, mode: FaultProxy.Mode)] = [
            ("refuse", "refused", .refuse), ("blackHole", "black-holed", .blackHole), ("silent", "silent", .silent),
        ]
        let counts = [1, 5, 10, 25].filter { $0 <= ground.world.plan.sources / 2 }
        for round in 0..<ground.rounds {
            try await run(ground, "none", dead: 0, .pass, deadline)
            try await run(ground, "blackHole.10", dead: 10, .blackHole, deadline)
            // The rest once: what matters is whether it is one deadline or many.
            guard round == 0, !ground.isQuick else { continue }
            for way in ways {
                for count in counts where way.name != "blackHole" || count != 10 {
                    try await run(ground, "\(way.name).\(count)", dead: count, way.mode, deadline)
                }
            }
        }
        let rows = ways.flatMap { way in
            [1, 5, 10, 25].map { ("\($0) \(way.label)", "dead.\(way.name).\($0)") }
        }
        return [
            Comparison(
                "A run with dead sources, connect deadline \(deadline) s", [("all well", "dead.none")] + rows)
        ]
    }

    private static func run(
        _ ground: Ground, _ series: String, dead: Int, _ mode: FaultProxy.Mode, _ deadline: Int
    ) async throws {
        try await ground.withOwn { own in
            // All go through proxies, the healthy ones too: what is compared is the dead.
            var ways = try await ground.proxies.reach(ground.world.plan.sources, .pass)
            if dead > 0 { ways += try await ground.proxies.reach(dead, mode) }
            try await own.reach(ways, connectTimeout: .seconds(deadline))
            let timed = try await ground.drain(own, allowsFailures: dead > 0)
            ground.book.add("dead.\(series)", timed.seconds, unit: "s")
            await ground.proxies.pass()
        }
    }
}
