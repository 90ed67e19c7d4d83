import Postgres
import Testing

/// What a registered requester may do: the two functions, and nothing else.
@Suite struct RequesterTests {
    @Test("contract() tells the versions, the source's number, and the numbers that it answers for")
    func contract() async throws {
        let told = try await Source.undoing(as: ContractServer.requester) {
            try await $0.texts(
                "SELECT concat_ws(' ', oldest, newest, institution, answers_for) FROM resutveksl.contract()")
        }
        #expect(told == ["1 1 203 {203,216,218}"])
    }

    @Test("a question is answered in the requester's own session")
    func question() async throws {
        let answer = try await Source.undoing(as: ContractServer.requester) { try await $0.ask(Question()) }
        #expect(answer.persons.map(\.verdict) == ["fetched"])
    }

    @Test(
        "everything else is forbidden",
        arguments: [
            "SELECT FROM fs.person", "SELECT FROM fs.studentvurdkombprotokoll", "SELECT FROM fs.personakseptanse",
            "UPDATE fs.person SET fornavn = 'x'", "SELECT FROM resutveksl.disclosures",
            "DELETE FROM resutveksl.disclosures", "INSERT INTO resutveksl.disclosures DEFAULT VALUES",
            "SELECT FROM resutveksl.requesters",
            "INSERT INTO resutveksl.requesters (role_name, institution) VALUES ('x', 1)",
            "SELECT FROM resutveksl.identity", "UPDATE resutveksl.rules SET consent_required = false",
            "SELECT resutveksl.sharing_state()", "SELECT resutveksl.consent_required()",
            "SELECT resutveksl.set_identity(1)", "SELECT resutveksl.register_requester('contract_stranger', 1)",
            "SELECT resutveksl.remove_requester('contract_stranger')", "SELECT resutveksl.requester()",
            "SELECT FROM resutveksl.verify_disclosures()", "SELECT resutveksl.cut_disclosures(now(), 'x')",
            "SELECT resutveksl.export_disclosures('01536112185')", "SELECT FROM resutveksl.disclosure_blocks",
            "UPDATE resutveksl.disclosure_chains SET last_block = 0", "SELECT setval('resutveksl.answers_to_215', 1)",
            "CREATE TABLE resutveksl.mine (n int)", "CREATE TABLE fs.mine (n int)", "CREATE TABLE public.mine (n int)",
            "CREATE SCHEMA mine", "SET LOCAL ROLE postgres", "SET LOCAL ROLE contract_owner",
            "SET LOCAL SESSION AUTHORIZATION contract_stranger",
        ])
    func forbidden(statement: String) async throws {
        try await Source.undoing(as: ContractServer.requester) { source in
            let error = try await source.refusal(of: statement)
            #expect(error.sqlState == "42501")
        }
    }

    @Test("of the schema's functions a requester may call the public ones, and everybody else none")
    func functions() async throws {
        func callable(by role: String) async throws -> [String?] {
            try await Source.undoing {
                try await $0.texts(
                    """
                    SELECT proname::text FROM pg_proc
                    WHERE pronamespace = 'resutveksl'::regnamespace AND has_function_privilege('\(role)', oid, 'EXECUTE')
                    ORDER BY proname
                    """)
            }
        }
        #expect(
            try await callable(by: ContractServer.requester) == [
                "ask_v1", "contract", "disclosures_kept_v1", "disclosures_v1",
            ])
        #expect(try await callable(by: ContractServer.stranger).isEmpty)
    }

    @Test("things of its own with the names that the contract uses change nothing")
    func ownThings() async throws {
        let database = try await ContractServer.shared.copy(.source)
        try await database.run(Degree().insert + "CREATE SCHEMA mine AUTHORIZATION \(ContractServer.requester);")
        let expected = try await database.ask(Question())
        #expect(expected.persons.map(\.answered) == [2])
        let session = try await database.connect(as: ContractServer.requester)
        try await session.execute(
            script: """
                CREATE TEMPORARY TABLE person AS SELECT 15361 AS fodselsdato, 12185 AS personnr;
                CREATE TEMPORARY TABLE disclosures (id int);
                CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT timestamptz ''epoch''';
                CREATE FUNCTION mine.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT timestamptz ''epoch''';
                CREATE FUNCTION mine.left(text, int) RETURNS text LANGUAGE sql AS 'SELECT ''0''';
                CREATE FUNCTION mine.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1';
                SET search_path = pg_temp, mine, pg_catalog;
                """)
        #expect(try Answer(try await session.query(Question.call, arguments: Question().arguments)) == expected)
        await session.close()
    }
}
