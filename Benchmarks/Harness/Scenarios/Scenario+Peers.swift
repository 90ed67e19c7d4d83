extension Scenario {
    /// What people would use instead, on the same sources and the same orders; fewer orders where they are slow.
    static let peers = Scenario(
        name: "peers", sentence: "Orders a second of Procrastinate, PgQueuer, a hand-written worker and postgres_fdw."
    ) { ground in
        let peers = try await Peer.installed(ground)
        var best: [String: Int] = [:]
        for peer in peers { best[peer.name] = try await trial(peer, ground) }
        for round in 0..<ground.rounds {
            try await ground.withOwn { own in
                let seconds = try await ground.drain(own).seconds
                ground.book.add("peers.resutveksl", Double(ground.orders) / seconds, unit: "orders/s")
            }
            for peer in peers.indices.map({ peers[($0 + round) % peers.count] }) {
                let rate = try await peer.drain(ground, concurrency: best[peer.name] ?? 1)
                ground.book.add("peers.\(peer.name)", rate, unit: "orders/s")
            }
        }
        return [
            Comparison(
                "Orders a second",
                [("resutveksl run, process included", "peers.resutveksl")]
                    + peers.map { ("\($0.name), concurrency \(best[$0.name] ?? 1)", "peers.\($0.name)") })
        ]
    }

    /// Finds a peer's best concurrency by trying several.
    private static func trial(_ peer: Peer, _ ground: Ground) async throws -> Int {
        let candidates = ground.isQuick ? Array(peer.concurrencies.prefix(1)) : peer.concurrencies
        guard candidates.count > 1 else { return candidates.first ?? 1 }
        var rates: [(concurrency: Int, rate: Double)] = []
        for concurrency in candidates {
            let rate = try await peer.drain(ground, concurrency: concurrency, limit: 150)
            ground.book.add("peers.trial.\(peer.name).\(concurrency)", rate, unit: "orders/s")
            rates.append((concurrency, rate))
        }
        let told = rates.map { "\($0.concurrency): \(Samples.text($0.rate))" }.joined(separator: ", ")
        Progress.say("  \(peer.name), orders/s by concurrency: \(told)")
        return rates.max { $0.rate < $1.rate }?.concurrency ?? 1
    }
}
