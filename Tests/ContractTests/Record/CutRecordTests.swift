import Postgres
import Testing

/// A record that is cut, and what is handed out of it.
@Suite struct CutRecordTests {
    private func cut(_ database: SourceDatabase, _ arguments: String) async throws -> [String?] {
        try await database.texts(
            "SELECT concat_ws(' ', blocks, entries) FROM resutveksl.cut_disclosures(\(arguments))")
    }

    @Test("what was cut is gone, the checkpoint says who signed off and where, and the rest verifies")
    func verified() async throws {
        let database = try await ContractServer.shared.copy(.source)
        try await database.askTwo(times: 2)
        #expect(try await cut(database, "now(), 'anna'") == ["2 4"])
        try await database.askTwo()
        #expect(try await database.texts("SELECT id::text FROM resutveksl.disclosures ORDER BY id") == ["5", "6"])
        #expect(
            try await database.texts(
                """
                SELECT concat_ws(' ', block, cut_block, cut_entries, cut_serials, signed_off_by)
                FROM resutveksl.disclosure_blocks ORDER BY block
                """) == ["3 2 4 {[1,3)} anna", "4"])
        #expect(try await database.findings() == [])
    }

    @Test("it can be cut again, and checkpoints stay")
    func again() async throws {
        let database = try await ContractServer.shared.copy(.source)
        for name in ["anna", "bjørn", "cecilie"] {
            try await database.askTwo()
            #expect(try await cut(database, "now(), '\(name)'") == ["1 2"])
        }
        try await database.askTwo()
        #expect(
            try await database.texts("SELECT signed_off_by FROM resutveksl.disclosure_blocks ORDER BY block")
                == ["anna", "bjørn", "cecilie", nil])
        #expect(try await database.findings() == [])
        try await database.runPastTriggers("DELETE FROM resutveksl.disclosure_blocks WHERE signed_off_by = 'bjørn'")
        #expect(try await database.findings().contains("broken 1/6"), "a checkpoint that is taken away is missed")
    }

    @Test(
        "a checkpoint that is forged or changed is found",
        arguments: [
            "UPDATE resutveksl.disclosure_blocks SET signed_off_by = 'x' WHERE cut_block IS NOT NULL",
            "UPDATE resutveksl.disclosure_blocks SET cut_block = 3 WHERE cut_block IS NOT NULL",
            "DELETE FROM resutveksl.disclosure_blocks WHERE cut_block IS NOT NULL",
        ])
    func forged(tampering: String) async throws {
        let database = try await ContractServer.shared.copy(.source)
        try await database.askTwo()
        _ = try await cut(database, "now(), 'anna'")
        try await database.askTwo()
        try await database.runPastTriggers(tampering)
        #expect(try await !database.findings().isEmpty)
    }

    @Test(
        "it is not cut without a name, into the future, or while it does not verify",
        arguments: [
            ("now(), ' '", "needs the name"), ("now() + interval '1 hour', 'anna'", "yet to come"),
            ("now(), 'anna'", "does not verify"),
        ])
    func refused(arguments: String, reason: String) async throws {
        let database = try await ContractServer.shared.copy(.source)
        try await database.askTwo()
        try await database.runPastTriggers("UPDATE resutveksl.disclosures SET rows = 3 WHERE id = 1")
        let error = try #require(
            try await database.refusal(of: "SELECT resutveksl.cut_disclosures(\(arguments))"))
        #expect(error.message.contains(reason))
    }

    @Test("with a remark it is cut nevertheless, and the remark stays")
    func remark() async throws {
        let database = try await ContractServer.shared.copy(.source)
        try await database.askTwo()
        try await database.runPastTriggers("UPDATE resutveksl.disclosures SET rows = 3 WHERE id = 1")
        #expect(try await cut(database, "now(), 'anna', 'reported on the 3rd'") == ["1 2"])
        #expect(try await database.texts("SELECT remark FROM resutveksl.disclosure_blocks") == ["reported on the 3rd"])
        #expect(try await database.findings() == [])
    }

    @Test("a requester reads what was recorded about its own questions, page by page, and nobody else's")
    func ownRecords() async throws {
        let database = try await ContractServer.shared.copy(.source)
        try await database.run(
            """
            CREATE ROLE contract_second LOGIN;
            SELECT resutveksl.register_requester('contract_second', 184)
            """)
        try await database.askTwo()
        _ = try await database.ask(Question(), as: "contract_second")
        let session = try await database.connect(as: ContractServer.requester)
        let rows = try await session.query(
            """
            SELECT concat_ws(' ', id, ref, person_number, purpose, verdict, rows) FROM (
                SELECT * FROM resutveksl.disclosures_v1(NULL, 0, 1)
                UNION ALL SELECT * FROM resutveksl.disclosures_v1(NULL, 1, 100)) pages ORDER BY id
            """
        ).decode(String.self)
        #expect(
            rows == [
                "1 1 \(TestPerson.first) application fetched 1", "2 2 \(TestPerson.second) application fetched 1",
            ])
        let later = try await session.query("SELECT count(*) FROM resutveksl.disclosures_v1(now(), 0, 10)")
        #expect(try later.single(Int.self) == 0)
        await session.close()
        _ = try await cut(database, "now(), 'anna'")
        #expect(
            try await database.texts("SELECT (max(cut_until) <= now())::text FROM resutveksl.disclosure_blocks") == [
                "true"
            ])
    }

    @Test("what the contract holds on a person is exported, and forgotten but for the record")
    func rights() async throws {
        let database = try await ContractServer.shared.copy(.source)
        try await database.askTwo()
        try await database.run("INSERT INTO resutveksl.answers VALUES (215, 15361, 12185, 1, 1, 'x')")
        let held = """
            SELECT concat_ws(' ', jsonb_array_length(e -> 'disclosures'), jsonb_array_length(e -> 'answers'))
            FROM resutveksl.export_disclosures('\(TestPerson.first)') e
            """
        #expect(try await database.texts(held) == ["1 1"])
        #expect(
            try await database.texts(
                """
                SELECT concat_ws(' ', table_name, deleted, kept, reason IS NOT NULL)
                FROM resutveksl.forget_answers('\(TestPerson.first)')
                """) == ["answers 1 0 f", "disclosures 0 1 t"])
        #expect(try await database.texts(held) == ["1 0"])
    }
}
