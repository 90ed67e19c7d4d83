import Exchange
import Postgres
import Store
import Testing

/// Fetched rows belong to the import: the database refuses everybody else, its owner and superusers included.
@Suite struct FetchedRowsTests {
    private func playground() async throws -> Playground {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1(); \(ReportedChangesTests.degree)")
        _ = try await playground.fetchAgain()
        return playground
    }

    private static let rows =
        "SELECT md5(string_agg(r::text, '|' ORDER BY result_id)) FROM resutveksl.external_results r"

    static let statements = [
        "UPDATE resutveksl.external_results SET grade = 'A'",
        "UPDATE resutveksl.external_results SET origin = 'MANUELL', source = NULL, result_key = NULL",
        "UPDATE resutveksl.external_results SET missing_since = now()",
        "UPDATE resutveksl.external_results SET needs_control = true",
        "UPDATE resutveksl.external_results SET part_of = NULL",
        "UPDATE resutveksl.external_results SET study_id = study_id, fetched_at = now()",
        "DELETE FROM resutveksl.external_results",
        "DELETE FROM resutveksl.external_studies",
        "UPDATE resutveksl.external_studies SET institution = 204",
        "UPDATE resutveksl.external_studies SET person_id = person_id",
        "TRUNCATE resutveksl.external_results CASCADE",
        "TRUNCATE resutveksl.external_studies CASCADE",
        "TRUNCATE resutveksl.institutions CASCADE",
        "MERGE INTO resutveksl.external_results r USING resutveksl.persons p ON true WHEN MATCHED THEN DELETE",
        """
        INSERT INTO resutveksl.external_results (study_id, origin, source, result_key, category, code)
        SELECT study_id, 'AUTOMATISK', 203, 'forged', 'Emne', 'FORGED' FROM resutveksl.external_studies
        """,
        """
        INSERT INTO resutveksl.external_results (result_id, study_id, category, code)
        SELECT result_id, study_id, category, code FROM resutveksl.external_results
        ON CONFLICT (result_id) DO UPDATE SET grade = 'A'
        """,
    ]

    @Test(
        "what was fetched is neither edited nor deleted nor forged by hand, and the refusal says why",
        arguments: statements)
    func refused(statement: String) async throws {
        let playground = try await playground()
        let before = try await playground.value(Self.rows)
        let error = try await playground.refusal(of: statement)
        #expect(error.sqlState == "42501")
        #expect(error.message.contains("belongs to the import and cannot be written, edited or deleted by hand"))
        #expect(error.message.contains("comes with the next order"), "it says what to do")
        #expect(!error.message.contains("RES-100"), "no result stands in the message")
        #expect(try await playground.value(Self.rows) == before)
    }

    @Test("no setting of a session makes an import of it")
    func settings() async throws {
        let playground = try await playground()
        for setting in ["resutveksl.import", "resutveksl.is_importing", "application_name"] {
            let error = try await playground.refusal(
                of: "SET \(setting) = 'on'; UPDATE resutveksl.external_results SET grade = 'A'")
            #expect(error.sqlState == "42501")
        }
    }

    @Test("only a claim that a worker holds now opens an import, and no transaction opens one for another")
    func claims() async throws {
        let playground = try await playground()
        let open = "INSERT INTO resutveksl.open_imports (transaction, token, source)"
        for (transaction, token) in [("pg_current_xact_id()", "max(token)"), ("pg_current_xact_id()", "99")] {
            let error = try await playground.refusal(
                of: "\(open) SELECT \(transaction), \(token), 203 FROM resutveksl.claims")
            #expect(error.sqlState == "42501")
            #expect(error.message.contains("is not held by a worker that asks source 203"))
        }
        try await playground.own(
            "UPDATE resutveksl.claims SET ended_at = NULL, lease_until = now() + interval '1 hour'")
        _ = try await playground.refusal(of: "\(open) SELECT '1'::xid8, max(token), 203 FROM resutveksl.claims")
        _ = try await playground.refusal(
            of: "\(open) SELECT pg_current_xact_id(), max(token), 204 FROM resutveksl.claims")
    }

    @Test("an import leaves no trace of having been open, and another one's rows are not its own")
    func scope() async throws {
        let playground = try await playground()
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.open_imports") == "0")
        try await playground.own(
            """
            INSERT INTO resutveksl.sources (source, conninfo) VALUES (204, 'service=x');
            UPDATE resutveksl.claims SET ended_at = NULL, lease_until = now() + interval '1 hour';
            INSERT INTO resutveksl.run_sources (token, source, run_id) SELECT token, 204, run_id FROM resutveksl.claims;
            """)
        let error = try await playground.refusal(
            of: """
                INSERT INTO resutveksl.open_imports (transaction, token, source)
                SELECT pg_current_xact_id(), token, 204 FROM resutveksl.claims;
                UPDATE resutveksl.external_results SET grade = 'A';
                """)
        #expect(error.sqlState == "42501")
    }

    @Test("a person whose results were fetched cannot be deleted past them")
    func persons() async throws {
        let playground = try await playground()
        let error = try await playground.refusal(
            of: "DELETE FROM resutveksl.orders; DELETE FROM resutveksl.persons")
        #expect(error.sqlState == "23503")
        try await playground.own(
            """
            ALTER TABLE resutveksl.external_results DROP CONSTRAINT external_results_study_id_fkey,
                ADD FOREIGN KEY (study_id) REFERENCES resutveksl.external_studies ON DELETE CASCADE;
            ALTER TABLE resutveksl.external_studies DROP CONSTRAINT external_studies_person_id_fkey,
                ADD FOREIGN KEY (person_id) REFERENCES resutveksl.persons ON DELETE CASCADE;
            """)
        let cascading = try await playground.refusal(
            of: "DELETE FROM resutveksl.orders; DELETE FROM resutveksl.persons")
        #expect(cascading.sqlState == "42501", "not even where foreign keys were changed to cascade")
    }
}
