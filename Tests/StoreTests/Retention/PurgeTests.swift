import Exchange
import Postgres
import Store
import Testing

/// What is removed when its time is over, and what stays all the same.
@Suite struct PurgeTests {
    private func due(_ playground: Playground) async throws -> [String: Int64] {
        Dictionary(uniqueKeysWithValues: try await playground.store.dueForPurge().map { ($0.what, $0.due) })
    }

    private func purge(_ playground: Playground, _ what: String, batch: Int = 5000) async throws -> Int64 {
        let rule = try #require(try await playground.store.dueForPurge().first { $0.what == what })
        return try await playground.store.purge(rule, batch: batch)
    }

    /// Everything is of many years ago, except the record of disclosures.
    private func age(_ playground: Playground) async throws {
        try await playground.ownPastTriggers(
            """
            UPDATE resutveksl.orders SET ordered_at = '2001-01-01', requeued_at = NULL, completed_at = '2001-01-02';
            UPDATE resutveksl.claims SET ended_at = '2001-01-02';
            UPDATE resutveksl.runs SET ended_at = '2001-01-02';
            UPDATE resutveksl.transfer_log SET logged_at = '2001-01-02';
            UPDATE resutveksl.study_log SET logged_at = '2001-01-02'
            """)
    }

    @Test("nothing is due that is young, and nothing goes that is kept for ever")
    func young() async throws {
        let playground = try await Playground.withRecord()
        #expect(try await due(playground).values.allSatisfy { $0 == 0 })
        try await age(playground)
        #expect(try await due(playground)["study_log"] == 0)
        #expect(try await purge(playground, "study_log") == 0)
        #expect(try await playground.value("SELECT count(*) > 0 FROM resutveksl.study_log") == "true")
    }

    @Test("what is told before is what goes: orders, then their claims, then the runs, in batches")
    func orders() async throws {
        let playground = try await Playground.withRecord()
        try await age(playground)
        #expect(try await due(playground)["orders"] == 2)
        #expect(try await due(playground)["claims"] == 0, "each is the one in which an order was fetched")
        #expect(try await purge(playground, "orders", batch: 1) == 2)
        for table in ["orders", "transfers", "order_claims"] {
            #expect(try await playground.value("SELECT count(*) FROM resutveksl.\(table)") == "0", "\(table)")
        }
        #expect(try await due(playground)["claims"] == 2)
        #expect(try await due(playground)["runs"] == 0)
        #expect(try await purge(playground, "claims") == 2)
        #expect(try await purge(playground, "runs") == 2)
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.run_sources") == "0")
        #expect(try await playground.results(Playground.person1).count == 1, "what was fetched stands")
        #expect(try await playground.findings() == "")
    }

    @Test("an order stays while it is open, while a change of it is unseen, and while its admission is open")
    func ordersThatStay() async throws {
        let playground = try await Playground.withRecord()
        try await playground.own(
            """
            INSERT INTO resutveksl.result_changes (order_number, result_id, kind)
            SELECT 1, min(result_id), 'added' FROM resutveksl.external_results;
            INSERT INTO resutveksl.admissions (admission, closes_on) VALUES ('A-1', resutveksl.local_date() + 9);
            INSERT INTO resutveksl.admission_orders (admission, application_number, person_id, order_number)
            SELECT 'A-1', '77', person_id, order_number FROM resutveksl.orders WHERE order_number = 2
            """)
        try await age(playground)
        #expect(try await due(playground)["orders"] == 0)
        #expect(try await purge(playground, "orders") == 0)
        try await playground.own("UPDATE resutveksl.result_changes SET seen_at = '2001-01-01'")
        #expect(try await due(playground)["result_changes"] == 1)
        #expect(try await purge(playground, "orders") == 1)
        #expect(try await purge(playground, "result_changes") == 1)
        try await playground.own("SELECT resutveksl.requeue(2)")
        try await playground.own("UPDATE resutveksl.admissions SET closed_at = now()")
        #expect(try await due(playground)["orders"] == 0)
    }

    @Test("old months of the transfer log go as a whole, the rest row by row, and young entries not at all")
    func transferLog() async throws {
        let playground = try await Playground.make(203)
        try await playground.own(
            """
            CREATE TABLE resutveksl.transfer_log_2001_01 PARTITION OF resutveksl.transfer_log
                FOR VALUES FROM ('2001-01-01 00:00+00') TO ('2001-02-01 00:00+00');
            INSERT INTO resutveksl.transfer_log (logged_at, event) VALUES
                ('2001-01-05', 'paused'), ('2001-01-06', 'paused'), ('2003-05-05', 'paused'), ('2003-05-06', 'resumed'),
                (now(), 'paused')
            """)
        #expect(try await due(playground)["transfer_log"] == 4)
        #expect(try await purge(playground, "transfer_log", batch: 1) == 4)
        #expect(try await playground.value("SELECT to_regclass('resutveksl.transfer_log_2001_01')") == nil)
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.transfer_log WHERE logged_at < '2004-01-01'")
                == "0")
        let error = try await playground.refusal(of: "DELETE FROM resutveksl.transfer_log")
        #expect(error.message.hasPrefix("the transfer log is append-only"))
    }

    @Test("the record of disclosures is told and not purged")
    func record() async throws {
        let playground = try await Playground.withRecord()
        try await playground.own(
            "UPDATE resutveksl.retention_rules SET keep_days = 1 WHERE what = 'received_disclosures'")
        try await playground.ageRecord(days: 3)
        #expect(try await due(playground)["received_disclosures"] == 2)
        let rule = try #require(try await playground.store.dueForPurge().first { $0.needsCheckpoint })
        let error = await #expect(throws: StoreError.self) { _ = try await playground.store.purge(rule) }
        #expect(error?.description.contains("checkpoint") == true)
    }

    @Test("rules are changed, and neither added nor removed")
    func rules() async throws {
        let playground = try await Playground.make(203)
        for statement in [
            "DELETE FROM resutveksl.retention_rules", "UPDATE resutveksl.retention_rules SET what = 'x'",
            "INSERT INTO resutveksl.retention_rules (what, counted_from) VALUES ('persons', 'x')",
        ] {
            #expect(try await playground.refusal(of: statement).message.contains("one rule for each"))
        }
    }
}
