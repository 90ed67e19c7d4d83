import Exchange
import Postgres
import Testing

/// Our record of what was disclosed to us: what stands in it, and that it stays.
@Suite struct ReceivedRecordTests {
    private static let record = """
        SELECT string_agg(concat_ws(' ', source, institution, order_number, ordered_by, person_number, purpose, basis,
            basis_date, outcome, results, held_back, run_id IS NOT NULL, token IS NOT NULL), '|' ORDER BY source)
        FROM resutveksl.received_disclosures
        """

    @Test(
        "every answer about a person known there is recorded: who ordered, who asked whom, for whom, why, on what, what came"
    )
    func recorded() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(204, "SELECT example.add_test_person_2()")
        try await playground.at(204, "UPDATE resutveksl.rules SET consent_required = false")
        try await playground.own(
            """
            UPDATE resutveksl.sources SET is_consent_required = false, consent_rule_from = '2022-07-01',
                legal_basis = 'uhl. § 4-15'
            """)
        let first = try await playground.order(Playground.person1)
        try await playground.own("UPDATE resutveksl.acceptances SET answered_on = '2026-01-02'")
        let second = try await playground.order(Playground.person2, consent: nil)
        try await playground.order(try ExamplePerson.number(.dNumber).digits)
        _ = try await playground.run()
        #expect(
            try await playground.value(Self.record)
                == [
                    "203 215 \(first) case worker \(Playground.person1) external_study consent 2026-01-02 fetched 1 0 t t",
                    "204 215 \(second) case worker \(Playground.person2) external_study uhl. § 4-15 2022-07-01 fetched 1 0 t t",
                ].joined(separator: "|"), "nobody is known there by the third number")
        #expect(try await playground.findings() == "")
    }

    @Test(
        "an answer without results is a disclosure too: it tells that the person is known there",
        arguments: [
            ("UPDATE fs.studentvurdkombprotokoll SET karaktertall = 66", "nothing 0"),
            (
                "INSERT INTO fs.personakseptanse (fodselsdato, personnr, akseptansetypekode, dato_svar, status_svar) "
                    + "VALUES (15361, 12185, 'RESUTVEKSL', '2020-01-01', 'N')", "refused 0"
            ),
        ])
    func withoutResults(change: String, expected: String) async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(203, change)
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(
            try await playground.value("SELECT outcome || ' ' || results FROM resutveksl.received_disclosures")
                == expected)
    }

    @Test("an answer that is unchanged, and one that broke a rule, are recorded as such")
    func unchangedAndInvalid() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        _ = try await playground.fetchAgain()
        try await playground.forgetFingerprints()
        try await playground.tamper(at: 203, "institution", "CASE WHEN record = 'result' THEN 999 ELSE institution END")
        _ = try await playground.fetchAgain()
        #expect(
            try await playground.value(
                """
                SELECT string_agg(concat_ws(' ', outcome, results), ', ' ORDER BY disclosure_id)
                FROM resutveksl.received_disclosures
                """) == "fetched 1, unchanged 1, invalid")
        #expect(try await playground.findings() == "")
    }

    @Test("a set of many is one block, and imports at once leave chains that verify")
    func blocks() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT * FROM example.fill(203, 300, 13)")
        try await playground.at(204, "SELECT * FROM example.fill(204, 300, 13)")
        try await playground.own("UPDATE resutveksl.sources SET set_size = 50")
        try await playground.orderForPool(300)
        _ = try await playground.run()
        let counts = try await playground.value(
            """
            SELECT concat_ws(' ', (SELECT count(*) FROM resutveksl.received_disclosures) = sum(entries), count(*) <= 12,
                count(*) > 2)
            FROM resutveksl.received_blocks
            """)
        #expect(counts == "t t t")
        #expect(try await playground.findings() == "")
    }

    @Test(
        "it cannot be changed",
        arguments: [
            "UPDATE resutveksl.received_disclosures SET results = 0", "DELETE FROM resutveksl.received_disclosures",
            "TRUNCATE resutveksl.received_disclosures", "UPDATE resutveksl.received_blocks SET entries = 0",
            "DELETE FROM resutveksl.received_blocks", "TRUNCATE resutveksl.received_blocks",
            "DELETE FROM resutveksl.received_chains", "TRUNCATE resutveksl.received_chains",
        ])
    func refused(statement: String) async throws {
        let playground = try await Playground.withRecord()
        let error = try await playground.refusal(of: statement)
        #expect(error.sqlState == "42501")
        #expect(error.message.contains("the record of disclosures is append-only"))
    }

    @Test(
        "what is changed past the triggers is found",
        arguments: [
            ("UPDATE resutveksl.received_disclosures SET ordered_by = 'x' WHERE disclosure_id = 2", "changed"),
            ("UPDATE resutveksl.received_disclosures SET basis_date = NULL WHERE disclosure_id = 2", "changed"),
            ("DELETE FROM resutveksl.received_disclosures WHERE disclosure_id = 2", "removed"),
            ("INSERT INTO resutveksl.received_disclosures (source, outcome) VALUES (203, 'nothing')", "inserted"),
            (
                "DELETE FROM resutveksl.received_blocks WHERE (chain, block) = (SELECT chain, max(block) "
                    + "FROM resutveksl.received_blocks GROUP BY chain LIMIT 1)", "shortened"
            ),
            ("UPDATE resutveksl.received_chains SET last_block = last_block + 1", "shortened"),
        ])
    func found(tampering: String, finding: String) async throws {
        let playground = try await Playground.withRecord()
        #expect(try await playground.findings() == "")
        try await playground.ownPastTriggers(tampering)
        #expect(try await playground.findings().contains(finding))
    }

    @Test("it is cut no earlier than the rule of retention says, and verifies afterwards")
    func cut() async throws {
        let playground = try await Playground.withRecord()
        let early = try await playground.refusal(of: "SELECT resutveksl.cut_received(now(), 'anna')")
        #expect(early.message.hasPrefix("disclosures are kept for 3650 days"))
        try await playground.own(
            "UPDATE resutveksl.retention_rules SET keep_days = NULL WHERE what = 'received_disclosures'")
        #expect(
            try await playground.refusal(of: "SELECT resutveksl.cut_received('2000-01-01', 'anna')").message
                .hasPrefix("disclosures are kept for ever"))
        try await playground.own(
            "UPDATE resutveksl.retention_rules SET keep_days = 1 WHERE what = 'received_disclosures'")
        // Two days ago, as the triggers would not allow it: with hashes that belong to it.
        try await playground.ageRecord(days: 2)
        #expect(try await playground.findings() == "")
        #expect(
            try await playground.value(
                "SELECT entries FROM resutveksl.cut_received(now() - interval '1 day 1 minute', 'anna')") == "2")
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.received_disclosures") == "0")
        #expect(
            try await playground.value("SELECT string_agg(DISTINCT signed_off_by, '') FROM resutveksl.received_blocks")
                == "anna")
        #expect(try await playground.findings() == "")
        _ = try await playground.fetchAgain()
        #expect(try await playground.findings() == "")
    }
}
