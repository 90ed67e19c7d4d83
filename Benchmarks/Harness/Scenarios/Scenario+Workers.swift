extension Scenario {
    /// Several runs that share the orders of one table.
    static let workers = Scenario(
        name: "workers", sentence: "1, 2 and 4 runs that share the orders, in claims of an eighth of them.",
        isQuick: false
    ) { ground in
        let claim = max(50, ground.orders / 8)
        for _ in 0..<ground.rounds {
            for count in [1, 2, 4] {
                try await ground.withOwn { own in
                    let began = ContinuousClock.now
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<count {
                            group.addTask { _ = try await ground.drain(own, ["--claim-size", "\(claim)"]) }
                        }
                        try await group.waitForAll()
                    }
                    ground.book.add("workers.\(count)", (ContinuousClock.now - began) / .seconds(1), unit: "s")
                }
            }
        }
        return [
            Comparison(
                "Runs that share \(ground.orders) orders, until the last has ended",
                [1, 2, 4].map { ("\($0) at once", "workers.\($0)") })
        ]
    }
}
