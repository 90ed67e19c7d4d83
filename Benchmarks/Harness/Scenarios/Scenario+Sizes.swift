extension Scenario {
    /// Time and memory against the number of orders: a first fetch, and a refresh of the same a week later.
    static let sizes = Scenario(
        name: "sizes", sentence: "A run's time and peak memory against the number of orders: first fetch, and refresh."
    ) { ground in
        let plan = ground.world.plan
        let sizes = ground.isQuick ? [plan.orders / 4, plan.orders] : [1000, 3000, 10_000, 30_000, 100_000]
        for size in sizes.filter({ $0 < plan.largest }) + [plan.largest] {
            let isLarge = size > plan.orders + plan.visitors
            if isLarge { try await ground.world.makeEverybody() }
            // A long one is its own repetition.
            for _ in 0..<(size > plan.orders ? 1 : ground.rounds) {
                try await ground.withOwn(
                    template: isLarge ? BenchWorld.everybodyTemplate : BenchWorld.idleTemplate
                ) { own in
                    try await own.order(size)
                    try await own.run("VACUUM (ANALYZE)")
                    let timed = try await ground.drain(own)
                    ground.book.add("sizes.seconds.\(size)", timed.seconds, unit: "s")
                    ground.book.add("sizes.memory.\(size)", timed.memory, unit: "MiB")
                    ground.book.add("sizes.rate.\(size)", Double(size) / timed.seconds, unit: "orders/s")
                    try await own.order(size)
                    try await own.run("VACUUM (ANALYZE)")
                    ground.book.add("sizes.refresh.\(size)", try await ground.drain(own).seconds, unit: "s")
                }
            }
        }
        let all = ground.book.curve("sizes.seconds").map { Int($0.size) }
        return [
            Comparison("A run's time", all.map { ("\($0) orders", "sizes.seconds.\($0)") }),
            Comparison("A refresh's time, nothing changed", all.map { ("\($0) orders", "sizes.refresh.\($0)") }),
            Comparison("Orders a second, first fetch", all.map { ("\($0) orders", "sizes.rate.\($0)") }),
            Comparison("Peak memory of the first fetch", all.map { ("\($0) orders", "sizes.memory.\($0)") }),
        ]
    }
}
