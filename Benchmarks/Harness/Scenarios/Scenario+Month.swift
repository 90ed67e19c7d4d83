import DevCluster
import Postgres

extension Scenario {
    /// Thirty nights, each with new orders and with those that failed the night before, while somebody reads all month.
    ///
    /// Every third night two sources are down. The reader's snapshot keeps VACUUM from removing anything: what is left
    /// when it has gone is what such a month leaves.
    static let month = Scenario(
        name: "month", sentence: "Dead rows and bloat after thirty nightly runs with a long-running reader open.",
        isQuick: false
    ) { ground in
        let each = max(1, ground.orders / 10)
        try await ground.withOwn(template: BenchWorld.idleTemplate) { own in
            let reader = try await ground.world.cluster.connect(database: own.name)
            try await reader.execute(
                script: "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM resutveksl.orders")
            for night in 0..<30 {
                try await play(night, each, ground, own)
            }
            try await measure(ground, own, "open")
            await reader.close()
            try await own.run("VACUUM (ANALYZE)")
            try await measure(ground, own, "closed")
        }
        return [
            Comparison(
                "A night's run, \(each) orders",
                [("first night", "month.night.first"), ("last nights", "month.night.last")])
        ]
            + tables.map { table in
                Comparison(
                    "\(table) after the month",
                    [
                        ("dead rows, reader open", "month.open.\(table).dead"),
                        ("dead rows, after VACUUM", "month.closed.\(table).dead"),
                        ("live rows", "month.closed.\(table).live"),
                        ("MiB with indexes", "month.closed.\(table).size"),
                        ("MiB rewritten", "month.packed.\(table).size"),
                    ])
            }
    }

    private static let tables = ["orders", "claims", "run_sources", "transfers"]

    private static func play(_ night: Int, _ each: Int, _ ground: Ground, _ own: OwnDatabase) async throws {
        let isBad = night % 3 == 2
        try await own.reach(try await ground.proxies.reach(2, isBad ? .refuse : .pass))
        try await own.run(
            """
            UPDATE resutveksl.orders SET due_at = now() WHERE state = 'awaiting_retry';
            INSERT INTO resutveksl.orders (person_id, purpose, ordered_by)
            SELECT person_id, 'application', 'opptak' FROM resutveksl.persons
            WHERE person_id > \(night % 10 * each) AND person_id <= \(night % 10 * each + each)
            ON CONFLICT DO NOTHING;
            """)
        let timed = try await ground.drain(own, allowsFailures: isBad)
        if night < 2 { ground.book.add("month.night.first", timed.seconds, unit: "s") }
        if !isBad, night >= 24 { ground.book.add("month.night.last", timed.seconds, unit: "s") }
    }

    private static func measure(_ ground: Ground, _ own: OwnDatabase, _ state: String) async throws {
        for table in tables {
            let found = try await own.with { own in
                // What sessions did is counted when they have gone, or a second later.
                try await Task.sleep(for: .milliseconds(1200))
                return try await own.query(
                    """
                    SELECT n_live_tup, n_dead_tup, pg_total_relation_size(relid) FROM pg_stat_user_tables
                    WHERE schemaname = 'resutveksl' AND relname = $1
                    """, table
                ).single(Int.self, Int.self, Int.self)
            }
            ground.book.add("month.\(state).\(table).live", Double(found.0), unit: "rows")
            ground.book.add("month.\(state).\(table).dead", Double(found.1), unit: "rows")
            ground.book.add("month.\(state).\(table).size", Double(found.2) / 1_048_576, unit: "MiB")
            guard state == "closed" else { continue }
            try await own.run("VACUUM FULL resutveksl.\(table)")
            let packed = try await own.count("SELECT pg_total_relation_size('resutveksl.\(table)')")
            ground.book.add("month.packed.\(table).size", Double(packed) / 1_048_576, unit: "MiB")
        }
    }
}
