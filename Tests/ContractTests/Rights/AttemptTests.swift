import Postgres
import Testing

/// Attempts of a registered requester to get more, or to leave no trace.
@Suite struct AttemptTests {
    @Test("operators, casts and types of its own change no answer")
    func operators() async throws {
        let database = try await SourceOfMatrix.shared.database()
        let expected = try await database.ask(Question(consent: nil))
        #expect(expected.persons.map(\.verdict) == ["no_consent"])
        let fetched = try await database.ask(Question())
        #expect(fetched.persons.map(\.verdict) == ["fetched"])
        let session = try await database.connect(as: ContractServer.requester)
        try await session.execute(
            script: """
                CREATE FUNCTION pg_temp.always(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
                CREATE OPERATOR pg_temp.= (FUNCTION = pg_temp.always, LEFTARG = text, RIGHTARG = text);
                CREATE FUNCTION pg_temp.any_number(numeric, numeric) RETURNS boolean LANGUAGE sql AS 'SELECT true';
                CREATE OPERATOR pg_temp.= (FUNCTION = pg_temp.any_number, LEFTARG = numeric, RIGHTARG = numeric);
                CREATE TYPE pg_temp.known_person AS (ref bigint);
                CREATE TEMP TABLE personakseptanse (fodselsdato numeric, personnr numeric, status_svar text);
                CREATE TEMP TABLE requesters AS SELECT name 'resutveksl_requester' AS role_name, 184 AS institution;
                CREATE TEMP TABLE rules AS SELECT false AS consent_required;
                SET search_path = pg_temp, resutveksl, fs, pg_catalog;
                """)
        #expect(
            try Answer(try await session.query(Question.call, arguments: Question(consent: nil).arguments)) == expected)
        #expect(try Answer(try await session.query(Question.call, arguments: Question().arguments)) == fetched)
        await session.close()
        #expect(
            try await database.texts("SELECT string_agg(DISTINCT requester::text, ' ') FROM resutveksl.disclosures")
                == [
                    "215"
                ])
    }

    @Test(
        "settings of the session change no answer",
        arguments: [
            "row_security = off", "plan_cache_mode = force_custom_plan", "jit = on",
            "standard_conforming_strings = off", "backslash_quote = on", "transform_null_equals = on",
            "DateStyle = 'German, DMY'",
            "TimeZone = 'Pacific/Kiritimati'", "extra_float_digits = -15", "check_function_bodies = off",
            "bytea_output = escape",
        ])
    func settings(setting: String) async throws {
        let database = try await SourceOfMatrix.shared.database()
        let expected = try await database.ask(Question())
        let session = try await database.connect(as: ContractServer.requester)
        try await session.execute(script: "SET \(setting)")
        #expect(try Answer(try await session.query(Question.call, arguments: Question().arguments)) == expected)
        await session.close()
    }

    @Test(
        "a session that can write nothing down gets no answer",
        arguments: ["SET default_transaction_read_only = on", "SET transaction_read_only = on"])
    func readOnly(setting: String) async throws {
        let database = try await SourceOfMatrix.shared.database()
        let session = try await database.connect(as: ContractServer.requester)
        try await session.execute(script: "BEGIN; \(setting)")
        if setting.contains("default") { try await session.execute(script: "COMMIT; BEGIN") }
        let error = await #expect(throws: PostgresError.self) {
            _ = try await session.query(Question.call, arguments: Question().arguments)
        }
        #expect(error?.sqlState == "25006")
        await session.close()
    }

    @Test("a transaction cannot be prepared, to be kept or taken back by somebody else later")
    func prepared() async throws {
        let database = try await SourceOfMatrix.shared.database()
        let session = try await database.connect(as: ContractServer.requester)
        let error = await #expect(throws: PostgresError.self) {
            try await session.execute(script: "BEGIN; SELECT FROM resutveksl.contract(); PREPARE TRANSACTION 'x'")
        }
        #expect(error?.sqlState == "55000")
        await session.close()
    }

    @Test("a cursor that reads one row only has the whole answer recorded")
    func cursor() async throws {
        let database = try await ContractServer.shared.copy(.source)
        let session = try await database.connect(as: ContractServer.requester)
        try await session.execute(
            script: """
                BEGIN; DECLARE c CURSOR FOR SELECT * FROM resutveksl.ask_v1(
                    '{1}', '{01536112185}', '{J}', '{NULL}', '{NULL}', '{application}', 'test'); FETCH 2 FROM c; COMMIT
                """)
        await session.close()
        #expect(try await database.texts("SELECT verdict || rows FROM resutveksl.disclosures") == ["fetched1"])
    }

    /// PostgreSQL has no write that outlives its transaction; docs/security.md says what follows from it.
    @Test("a question that is taken back leaves no record, and a gap in the record's numbers")
    func takenBack() async throws {
        let database = try await ContractServer.shared.copy(.source)
        _ = try await database.ask(Question())
        let session = try await database.connect(as: ContractServer.requester)
        try await session.execute(
            script: """
                BEGIN; SELECT FROM resutveksl.ask_v1(
                    '{1}', '{01536112185}', '{J}', '{NULL}', '{NULL}', '{application}', 'test'); ROLLBACK
                """)
        await session.close()
        _ = try await database.ask(Question())
        #expect(try await database.texts("SELECT (max(id) - min(id))::text FROM resutveksl.disclosures") == ["2"])
        #expect(try await database.texts("SELECT count(*)::text FROM resutveksl.disclosures") == ["2"])
    }

    @Test("bodies of the contract's functions may be read by everybody, and there is no number and no password in them")
    func functionBodies() async throws {
        let database = try await SourceOfMatrix.shared.database()
        #expect(
            try await database.texts(
                """
                SELECT count(*)::text FROM pg_proc
                WHERE pronamespace = 'resutveksl'::regnamespace AND (prosrc ~ '[0-9]{11}' OR prosrc ~* 'password')
                """) == ["0"])
    }
}
