import Postgres
import Testing

/// What was recorded stays as it was, or it shows.
@Suite struct SealedRecordTests {
    private static let forbidden = [
        "UPDATE resutveksl.disclosures SET rows = 0", "DELETE FROM resutveksl.disclosures",
        "TRUNCATE resutveksl.disclosures", "UPDATE resutveksl.disclosure_blocks SET entries = 0",
        "DELETE FROM resutveksl.disclosure_blocks", "TRUNCATE resutveksl.disclosure_blocks",
        "DELETE FROM resutveksl.disclosure_chains", "TRUNCATE resutveksl.disclosure_chains",
    ]

    @Test("each answer is sealed in a block that follows from the one before it, and the record verifies")
    func sealed() async throws {
        let database = try await ContractServer.shared.copy(.source)
        try await database.askTwo(times: 3)
        _ = try await database.ask(Question(TestPerson.nobody))
        #expect(
            try await database.texts(
                """
                SELECT concat_ws(' ', b.block, b.requester, b.entries, b.serial, b.previous = coalesce(a.hash, ''), length(b.hash))
                FROM resutveksl.disclosure_blocks b
                LEFT JOIN resutveksl.disclosure_blocks a ON a.chain = b.chain AND a.block = b.block - 1 ORDER BY b.block
                """) == ["1 215 2 1 t 32", "2 215 2 2 t 32", "3 215 2 3 t 32"], "strangers leave no trace")
        #expect(try await database.findings() == [])
    }

    @Test("settings of a session change nothing in what is verified", arguments: ["Pacific/Apia", "Europe/Oslo"])
    func settings(zone: String) async throws {
        let database = try await ContractServer.shared.copy(.source)
        var question = Question()
        question.consentDates = "{2024-02-29}"
        _ = try await database.ask(question)
        let connection = try await database.connect(as: "postgres")
        try await connection.execute(
            script: """
                SET TimeZone = '\(zone)'; SET DateStyle = 'SQL, DMY'; SET bytea_output = 'escape'; SET extra_float_digits = 0;
                SET IntervalStyle = 'sql_standard'
                """)
        let rows = try await connection.query("SELECT count(*) FROM resutveksl.verify_disclosures()").single(Int.self)
        await connection.close()
        #expect(rows == 0)
    }

    @Test("a superuser who forgets himself is refused with a sentence", arguments: Self.forbidden)
    func superuser(statement: String) async throws {
        let database = try await ContractServer.shared.copy(.source)
        try await database.askTwo()
        let error = try #require(try await database.refusal(of: statement))
        #expect(error.sqlState == "42501")
        #expect(error.message.contains("the record of disclosures is append-only"))
    }

    @Test("the owner of the contract is refused as well", arguments: Self.forbidden)
    func owner(statement: String) async throws {
        let database = try await ContractServer.shared.copy(.tables)
        try await database.run(
            """
            GRANT CREATE ON DATABASE \(database.name) TO \(ContractServer.owner);
            GRANT ALL ON SCHEMA fs, example TO \(ContractServer.owner);
            DO $$ BEGIN EXECUTE (SELECT string_agg(format('ALTER TABLE %s OWNER TO \(ContractServer.owner);', oid::regclass), ' ')
                FROM pg_class WHERE relnamespace = 'fs'::regnamespace AND relkind IN ('r', 'p')); END $$;
            SELECT example.add_test_person_1(), example.add_test_person_2()
            """)
        try await database.installContract(as: ContractServer.owner)
        try await database.run(
            """
            SELECT resutveksl.set_identity(203, '{203,216,218}');
            SELECT resutveksl.register_requester('\(ContractServer.requester)', 215)
            """)
        try await database.askTwo()
        let error = try #require(try await database.refusal(of: statement, as: ContractServer.owner))
        #expect(error.sqlState == "42501")
        #expect(try await database.texts("SELECT count(*)::text FROM resutveksl.disclosures") == ["2"])
    }

    @Test(
        "what somebody changes who can switch triggers off is found, with its block",
        arguments: [
            ("UPDATE resutveksl.disclosures SET rows = 7 WHERE id = 3", ["changed 1/2"]),
            ("UPDATE resutveksl.disclosures SET purpose = 'application ' WHERE id = 3", ["changed 1/2"]),
            (
                "UPDATE resutveksl.disclosures SET disclosed_at = disclosed_at - interval '1 microsecond' WHERE id = 3",
                ["changed 1/2"]
            ),
            ("DELETE FROM resutveksl.disclosures WHERE id = 3", ["removed 1/2"]),
            ("INSERT INTO resutveksl.disclosures (requester, ref, verdict) VALUES (215, 9, 'nothing')", ["inserted"]),
            ("UPDATE resutveksl.disclosure_blocks SET requester = 184 WHERE block = 2", ["changed 1/2", "unrecorded"]),
            (
                "DELETE FROM resutveksl.disclosure_blocks WHERE block = 2",
                ["broken 1/3", "inserted", "unrecorded"]
            ),
            (
                "DELETE FROM resutveksl.disclosure_blocks WHERE block = 3",
                ["shortened 1/2", "inserted", "unrecorded"]
            ),
            ("DELETE FROM resutveksl.disclosure_chains", ["shortened 1/3"]),
        ])
    func found(tampering: String, findings: [String]) async throws {
        let database = try await ContractServer.shared.copy(.source)
        try await database.askTwo(times: 3)
        try await database.runPastTriggers(tampering)
        #expect(try await database.findings() == findings)
    }

    @Test("a last block that is taken away with everything that tells of it is missed by its serial")
    func shortened() async throws {
        let database = try await ContractServer.shared.copy(.source)
        try await database.askTwo(times: 3)
        try await database.runPastTriggers(
            """
            DELETE FROM resutveksl.disclosures WHERE id > 4;
            DELETE FROM resutveksl.disclosure_blocks WHERE block = 3;
            UPDATE resutveksl.disclosure_chains c SET (last_block, last_hash) = (
                SELECT block, hash FROM resutveksl.disclosure_blocks WHERE block = 2)
            """)
        #expect(
            try await database.texts(
                "SELECT concat_ws(' ', finding, requester, detail) FROM resutveksl.verify_disclosures()"
            )
            .map { $0?.prefix(40) } == ["unrecorded 215 answers {[3,4)} have no r"])
    }

    @Test("an answer that the requester rolls back has no record, and shows that it was given")
    func rolledBack() async throws {
        let database = try await ContractServer.shared.copy(.source)
        try await database.askTwo()
        let session = try await database.connect(as: ContractServer.requester)
        try await session.execute(script: "BEGIN")
        #expect(try Answer(try await session.query(Question.call, arguments: Question().arguments)).persons.count == 1)
        try await session.execute(script: "ROLLBACK")
        await session.close()
        try await database.askTwo()
        #expect(try await database.texts("SELECT count(*)::text FROM resutveksl.disclosures") == ["4"])
        #expect(
            try await database.texts(
                "SELECT concat_ws(' ', finding, requester, detail) FROM resutveksl.verify_disclosures()"
            )
            .map { $0?.prefix(40) } == ["unrecorded 215 answers {[2,3)} have no r"])
    }

    @Test("a session that hangs in its transaction keeps no other of its institution waiting")
    func hanging() async throws {
        let database = try await ContractServer.shared.copy(.source)
        let hanging = try await database.connect(as: ContractServer.requester)
        try await hanging.execute(script: "BEGIN")
        _ = try await hanging.query(Question.call, arguments: Question().arguments)
        let other = try await database.connect(as: ContractServer.requester)
        try await other.execute(script: "SET lock_timeout = '5s'")
        _ = try await other.query(Question.call, arguments: Question().arguments)
        try await hanging.execute(script: "COMMIT")
        await hanging.close()
        await other.close()
        #expect(try await database.texts("SELECT count(*)::text FROM resutveksl.disclosure_chains") == ["2"])
        #expect(try await database.findings() == [])
    }

    @Test("many sessions at once leave chains that verify")
    func manyAtOnce() async throws {
        let database = try await ContractServer.shared.copy(.source)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { try await database.askTwo(times: 5) } }
            try await group.waitForAll()
        }
        #expect(try await database.texts("SELECT sum(entries)::text FROM resutveksl.disclosure_blocks") == ["80"])
        #expect(try await database.findings() == [])
    }

    @Test("what was recorded before there was a chain is sealed when the contract is upgraded")
    func upgraded() async throws {
        let database = try await ContractServer.shared.copy(.source)
        try await database.askTwo(times: 2)
        // As it stood before the third file.
        try await database.runPastTriggers(
            """
            DELETE FROM resutveksl.applied_contract_migrations WHERE version = 3;
            DROP TRIGGER disclosures_are_sealed ON resutveksl.disclosures;
            DROP FUNCTION resutveksl.disclosures_v1, resutveksl.disclosures_kept_v1, resutveksl.verify_disclosures,
                resutveksl.cut_disclosures, resutveksl.export_disclosures, resutveksl.forget_answers,
                resutveksl.count_answers_to, resutveksl.seal_disclosures, resutveksl.add_disclosure_block,
                resutveksl.disclosure_hash, resutveksl.disclosure_text;
            DROP TABLE resutveksl.disclosure_blocks, resutveksl.disclosure_chains;
            DROP FUNCTION resutveksl.refuse_disclosure_change, resutveksl.refuse_disclosure_removal,
                resutveksl.refuse_block_removal CASCADE;
            DROP INDEX resutveksl.disclosures_at;
            DROP SEQUENCE resutveksl.answers_to_215;
            """)
        try await database.installContract()
        try await database.askTwo()
        #expect(
            try await database.texts(
                "SELECT concat_ws(' ', block, entries, serial) FROM resutveksl.disclosure_blocks ORDER BY block")
                == ["1 4", "2 2 1"])
        #expect(try await database.findings() == [])
    }
}
