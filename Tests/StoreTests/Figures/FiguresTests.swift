import Exchange
import Postgres
import Store
import Testing

/// `resutveksl.metrics()`: figures for Prometheus, against what stands in the tables.
@Suite struct FiguresTests {
    private func value(_ figures: Figures, _ metric: String, _ institution: Int32? = nil, _ detail: String? = nil)
        -> Double?
    {
        figures.all.first { $0.metric == metric && $0.institution == institution && $0.detail == detail }?.value
    }

    @Test("orders are counted in each state, and those that are due; the longest wait is told in seconds")
    func orders() async throws {
        let playground = try await Playground.make(203)
        // 30 orders: five ordered (two of them due, the older for 100 s), and so on.
        try await playground.own(
            """
            SET session_replication_role = replica;
            INSERT INTO resutveksl.orders (person_id, state, due_at, claim_token, refusal, hold_reason)
            SELECT row_number() OVER (), s.state, CASE WHEN s.is_open THEN now() + interval '1 hour' END,
                CASE WHEN s.state = 'fetching' THEN 1 END, CASE WHEN s.state = 'refused' THEN 'no_consent' END,
                CASE WHEN s.state = 'held' THEN 'why' END
            FROM (VALUES ('ordered', 5, true), ('fetching', 2, true), ('awaiting_retry', 4, true), ('held', 3, true),
                ('completed', 9, false), ('refused', 6, false), ('cancelled', 1, false)) AS s (state, orders, is_open),
                generate_series(1, s.orders);
            UPDATE resutveksl.orders SET due_at = now() - interval '100 seconds'
            WHERE order_number = (SELECT min(order_number) FROM resutveksl.orders WHERE state = 'ordered');
            UPDATE resutveksl.orders SET due_at = now() - interval '10 seconds'
            WHERE order_number = (SELECT min(order_number) FROM resutveksl.orders WHERE state = 'awaiting_retry');
            SET session_replication_role = origin
            """)
        let figures = try await playground.store.figures()
        #expect(figures.ownInstitution == 215)
        for (state, count) in [
            ("ordered", 5.0), ("fetching", 2), ("awaiting_retry", 4), ("held", 3), ("completed", 9), ("refused", 6),
            ("cancelled", 1),
        ] {
            #expect(value(figures, "resutveksl_orders", nil, state) == count, "\(state)")
        }
        #expect(value(figures, "resutveksl_orders_due") == 2)
        let oldest = try #require(value(figures, "resutveksl_orders_oldest_due_seconds"))
        #expect(oldest >= 100)
    }

    @Test("without anything every count is nothing, and what has not happened is not told")
    func empty() async throws {
        let playground = try await Playground.make(203)
        let figures = try await playground.store.figures()
        #expect(value(figures, "resutveksl_orders_oldest_due_seconds") == 0)
        #expect(value(figures, "resutveksl_last_success_timestamp_seconds") == nil)
        #expect(value(figures, "resutveksl_source_up", 203) == nil)
        #expect(value(figures, "resutveksl_source_retries", 203) == 0)
    }

    @Test("what lanes came to is kept by source and outcome, and is what their rows add up to")
    func tallies() async throws {
        let playground = try await Playground.make(203, 204, 190)
        try await playground.at(190, "UPDATE fs.modulvalg_egenskap SET status_aktiv = 'J'")
        try await playground.register(
            184, ConnectionString("host=127.0.0.1 port=1 dbname=fs user=x connect_timeout=5"))
        for person in [Playground.person1, Playground.person2] {
            try await playground.order(person)
            _ = try await playground.run()
        }
        let difference = """
            SELECT count(*) FROM (
                SELECT source, outcome, lanes, sets, asked, found, result_rows, last_at FROM resutveksl.source_tallies
                EXCEPT
                SELECT source, outcome, count(*), sum(sets), sum(asked), sum(found), sum(result_rows), max(ended_at)
                FROM resutveksl.run_sources GROUP BY source, outcome) AS d
            """
        #expect(try await playground.value(difference) == "0")
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.source_tallies") == "4")
        var figures = try await playground.store.figures()
        for (source, isUp) in [(Int32(203), 1.0), (204, 1), (190, 1), (184, 0)] {
            #expect(value(figures, "resutveksl_source_up", source) == isUp)
            #expect(value(figures, "resutveksl_source_shares", source) == (source == 184 ? nil : source == 190 ? 0 : 1))
        }
        #expect(value(figures, "resutveksl_source_lanes_total", 190, "reserved") == 2)
        #expect(value(figures, "resutveksl_source_lanes_total", 184, "unreachable") == 2)
        #expect(value(figures, "resutveksl_source_retries", 184) == 2)
        #expect(value(figures, "resutveksl_source_last_answer_timestamp_seconds", 184) == nil)
        #expect(value(figures, "resutveksl_claims_open") == 0)

        // The rows of lanes may go one day: what they came to stays.
        try await playground.own("DELETE FROM resutveksl.run_sources")
        figures = try await playground.store.figures()
        #expect(value(figures, "resutveksl_source_lanes_total", 190, "reserved") == 2)
    }

    @Test("a source that was down is up when it answers, and a pause makes it neither")
    func upAgain() async throws {
        let playground = try await Playground.make(203)
        func turn(_ outcome: String) async throws -> Double? {
            try await playground.own(
                """
                INSERT INTO resutveksl.source_tallies (source, outcome, lanes, last_at) VALUES (203, '\(outcome)', 1, clock_timestamp())
                ON CONFLICT (source, outcome) DO UPDATE SET last_at = clock_timestamp()
                """)
            return value(try await playground.store.figures(), "resutveksl_source_up", 203)
        }
        for (outcome, isUp) in [
            ("unreachable", 0.0), ("paused", 0), ("done", 1), ("not_asked", 1), ("paused", 1), ("timed_out", 0),
            ("reserved", 1), ("invalid", 0),
        ] {
            #expect(try await turn(outcome) == isUp, "\(outcome)")
        }
        try await playground.own("UPDATE resutveksl.sources SET paused_until = now() + interval '1 hour'")
        #expect(value(try await playground.store.figures(), "resutveksl_source_paused", 203) == 1)
    }

    @Test("a claim whose worker has shown no sign of life is told")
    func expired() async throws {
        let playground = try await Playground.make(203)
        try await playground.own(
            """
            INSERT INTO resutveksl.runs (worker) VALUES ('w');
            INSERT INTO resutveksl.claims (token, run_id, lease_until, orders)
            SELECT n, (SELECT min(run_id) FROM resutveksl.runs), now() + (n - 2.5) * interval '1 minute', 1
            FROM generate_series(1, 3) AS n
            """)
        let figures = try await playground.store.figures()
        #expect(value(figures, "resutveksl_claims_open") == 3)
        #expect(value(figures, "resutveksl_claims_expired") == 2)
    }

    /// A million orders are counted in a tenth of a second because of this.
    @Test("neither figures nor report read a large table of orders or transfers as a whole")
    func plans() async throws {
        let playground = try await Playground.make(203)
        try await playground.own(
            """
            SET session_replication_role = replica;
            INSERT INTO resutveksl.orders (person_id, state, refusal, due_at)
            SELECT n, CASE n % 100 WHEN 0 THEN 'refused' WHEN 1 THEN 'awaiting_retry' ELSE 'completed' END,
                CASE WHEN n % 100 = 0 THEN 'no_consent' END, CASE WHEN n % 100 = 1 THEN now() + interval '1 hour' END
            FROM generate_series(1, 50000) AS n;
            INSERT INTO resutveksl.transfers (order_number, source, outcome, next_attempt)
            SELECT order_number, 203, CASE state WHEN 'awaiting_retry' THEN 'unreachable' ELSE 'fetched' END, due_at
            FROM resutveksl.orders;
            SET session_replication_role = origin;
            """)
        // An index alone counts only what everybody sees, and other sessions can hold a VACUUM up.
        for _ in 1...100 {
            try await playground.own("VACUUM ANALYZE resutveksl.orders, resutveksl.transfers")
            if try await playground.value(Self.isUnseen) == "false" { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        for question in ["metrics()", "report(now() - interval '1 day')"] {
            // What the session has read earlier may be counted too, as long as it has not told of it.
            let (before, after) = try await playground.store.pool.withTransaction { transaction in
                let before = try await transaction.query(Self.reads).single(Int64.self, Int64.self)
                _ = try await transaction.query(Statement("SELECT count(*) FROM resutveksl.\(question)"))
                return (before, try await transaction.query(Self.reads).single(Int64.self, Int64.self))
            }
            #expect(after.0 == before.0, "\(question)")
            #expect(after.1 > before.1 + 2, "\(question)")
        }
    }

    /// Whether some of the rows are not marked as seen by everybody.
    private static let isUnseen = """
        EXISTS (SELECT FROM pg_class WHERE relallvisible < relpages
            AND oid IN ('resutveksl.orders'::regclass, 'resutveksl.transfers'::regclass))
        """

    /// Scans of whole tables and of indexes in this transaction.
    private static let reads: Statement = """
        SELECT coalesce(sum(seq_scan), 0)::bigint, coalesce(sum(idx_scan), 0)::bigint FROM pg_stat_xact_user_tables
        WHERE schemaname = 'resutveksl' AND relname IN ('orders', 'transfers')
        """

    @Test(
        "a moment is taken as people write it, in local time",
        arguments: [
            ("yesterday", "date_trunc('day', now() AT TIME ZONE 'Europe/Oslo') - interval '1 day'"),
            ("today", "date_trunc('day', now() AT TIME ZONE 'Europe/Oslo')"),
            ("01.07.2020 07:00", "timestamp '2020-07-01 07:00'"), ("2020-07-01", "timestamp '2020-07-01'"),
            ("24h", "(now() - interval '24 hours') AT TIME ZONE 'Europe/Oslo'"),
            ("90 min", "(now() - interval '90 minutes') AT TIME ZONE 'Europe/Oslo'"),
            (" 7D ", "(now() - interval '7 days') AT TIME ZONE 'Europe/Oslo'"),
        ])
    func moments(words: String, expected: String) async throws {
        let playground = try await Playground.make()
        // One statement, so that now() is one moment.
        let value = try await playground.value(
            "resutveksl.moment('\(words)') = (\(expected)) AT TIME ZONE 'Europe/Oslo' AND current_setting('TimeZone') <> ''"
        )
        #expect(value == "true")
    }
}
