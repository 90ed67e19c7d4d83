import DevCluster

extension Scenario {
    /// What a run costs the sources and the wires, told by the sources' servers and by proxies that count.
    static let traffic = Scenario(
        name: "traffic", sentence: "Transactions and bytes per source: first fetch, and refresh where nothing changed."
    ) { ground in
        try await ground.withOwn { own in
            try await own.reach(try await ground.proxies.reach(ground.world.plan.sources, .pass))
            try await count(ground, own, "traffic.first")
            try await own.order(ground.orders)
            try await count(ground, own, "traffic.unchanged")
        }
        return [("transactions", "Transactions"), ("sent", "KiB to the source"), ("received", "KiB from the source")]
            .map {
                measure, title in
                Comparison(
                    "\(title), per source, \(ground.orders) orders",
                    [("first fetch", "traffic.first.\(measure)"), ("nothing changed", "traffic.unchanged.\(measure)")])
            }
    }

    private static func count(_ ground: Ground, _ own: OwnDatabase, _ series: String) async throws {
        let sources = Double(ground.world.plan.sources)
        let transactions = try await ground.world.sourceTransactions()
        let bytes = await ground.proxies.passedBytes
        _ = try await ground.drain(own)
        let after = await ground.proxies.passedBytes
        let done = try await ground.world.sourceTransactions() - transactions
        ground.book.add("\(series).transactions", Double(done) / sources, unit: "transactions")
        ground.book.add("\(series).sent", Double(after.toServer - bytes.toServer) / 1024 / sources, unit: "KiB")
        ground.book.add("\(series).received", Double(after.toClient - bytes.toClient) / 1024 / sources, unit: "KiB")
    }
}
