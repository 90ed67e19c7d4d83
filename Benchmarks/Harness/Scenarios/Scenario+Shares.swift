extension Scenario {
    /// What a run costs each side: on one machine they share the processors, and in operation they do not.
    static let shares = Scenario(
        name: "shares",
        sentence:
            "The processor's time of a run: the program, the own database, the sources; first fetch, and refresh.",
        isQuick: false
    ) { ground in
        for _ in 0..<ground.rounds {
            try await ground.withOwn { own in
                try await watch(ground, own, "first")
                try await own.order(ground.orders)
                try await own.run("VACUUM (ANALYZE)")
                try await watch(ground, own, "unchanged")
            }
        }
        return [("first", "first fetch"), ("unchanged", "nothing changed")].map { series, name in
            Comparison(
                "The processor's time of a run over \(ground.orders) orders, \(name)",
                [
                    (ProcessorShares.Owner.program, "resutveksl"), (.own, "the own database"),
                    (.sources, "all sources together"), (.server, "the server besides: writer, checkpointer"),
                ].map { ($1, "shares.\(series).\($0.rawValue)") })
        }
    }

    private static func watch(_ ground: Ground, _ own: OwnDatabase, _ series: String) async throws {
        let shares = try await ProcessorShares.watch(ground.world.cluster, own: own.name) {
            _ = try await ground.drain(own)
        }
        for owner in ProcessorShares.Owner.allCases {
            ground.book.add("shares.\(series).\(owner.rawValue)", shares[owner] ?? 0, unit: "s")
        }
    }
}
