import DevCluster

extension Scenario {
    /// Claiming and settling by themselves: one source is asked, which has reserved itself, so there is nothing to fetch.
    static let history = Scenario(
        name: "history", sentence: "Claim and settle time per order, with a million completed orders in the table.",
        isQuick: false
    ) { ground in
        guard let source = ground.world.examples.sources.first else { return [] }
        let property = "UPDATE fs.modulvalg_egenskap SET status_aktiv = '%' WHERE modulkode = 'RESUTVEKSL'"
        try await ground.world.cluster.run(property.replacing("%", with: "J"), in: source.database)
        for _ in 0..<ground.rounds {
            for million in [0, 1] {
                try await ground.withOwn(template: BenchWorld.idleTemplate) { own in
                    try await own.run("UPDATE resutveksl.sources SET is_active = source = \(source.institution)")
                    if million > 0 { try await own.run(old) }
                    try await own.order(ground.orders)
                    try await own.run("VACUUM (ANALYZE)")
                    let timed = try await ground.drain(own)
                    let each = timed.seconds * 1_000_000 / Double(ground.orders)
                    ground.book.add("history.\(million)", each, unit: "µs")
                }
            }
        }
        try await ground.world.cluster.run(property.replacing("%", with: "N"), in: source.database)
        return [
            Comparison(
                "Claim and settle, per order, process included",
                [("empty table", "history.0"), ("1,000,000 completed orders", "history.1")])
        ]
    }

    /// Loaded as a restore would, past the log of orders placed.
    private static let old = """
        ALTER TABLE resutveksl.orders DISABLE TRIGGER USER;
        INSERT INTO resutveksl.orders (person_id, purpose, ordered_by, ordered_at, state, due_at, completed_at, attempts)
        SELECT p.person_id, 'application', 'opptak', now() - interval '1 hour' * n, 'completed', NULL,
            now() - interval '1 hour' * n + interval '1 minute', 1
        FROM generate_series(1, 1000000) AS n
        CROSS JOIN LATERAL (SELECT 1 + n % (SELECT max(person_id) FROM resutveksl.persons) AS person_id) AS p;
        ALTER TABLE resutveksl.orders ENABLE TRIGGER USER;
        """
}
