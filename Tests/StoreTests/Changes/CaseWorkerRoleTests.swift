import Postgres
import Store
import Testing

/// A role that may write Person eksternstudium and is not its owner: rights to tables are no way around the rules.
@Suite struct CaseWorkerRoleTests {
    private static let asCaseWorker = "SET LOCAL ROLE \(role);"
    private static let role = "resutveksl_case_worker"

    /// RES-100 was fetched, and its grade has improved since.
    private func playground() async throws -> Playground {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        _ = try await playground.fetchAgain()
        try await playground.at(203, "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 65")
        _ = try await playground.fetchAgain()
        try await playground.own(
            """
            DO $$ BEGIN CREATE ROLE \(Self.role); EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
            GRANT USAGE ON SCHEMA resutveksl TO \(Self.role);
            GRANT SELECT, INSERT, UPDATE, DELETE ON resutveksl.external_studies, resutveksl.external_results TO \(Self.role);
            GRANT SELECT, UPDATE (seen_at, seen_by) ON resutveksl.result_changes TO \(Self.role);
            """)
        return playground
    }

    @Test(
        "fetched rows are refused it with the sentence",
        arguments: [
            "UPDATE resutveksl.external_results SET grade = 'A'", "DELETE FROM resutveksl.external_results",
            "UPDATE resutveksl.external_results SET needs_control = false", "DELETE FROM resutveksl.external_studies",
            """
            INSERT INTO resutveksl.external_results (study_id, origin, source, result_key, category, code)
            SELECT study_id, 'AUTOMATISK', 203, 'forged', 'Emne', 'FORGED' FROM resutveksl.external_studies
            """,
        ])
    func refused(statement: String) async throws {
        let playground = try await playground()
        let error = try await playground.refusal(of: "\(Self.asCaseWorker) \(statement)")
        #expect(error.sqlState == "42501")
        #expect(error.message.contains("belongs to the import and cannot be written, edited or deleted by hand"))
    }

    @Test("rows of their own they enter, edit and delete, and the log is written for them")
    func own() async throws {
        let playground = try await playground()
        try await playground.own(
            """
            \(Self.asCaseWorker)
            INSERT INTO resutveksl.external_results (study_id, category, code, grade)
            SELECT study_id, 'Emne', 'HÅND-1', 'C' FROM resutveksl.external_studies WHERE institution = 216;
            UPDATE resutveksl.external_results SET grade = 'D' WHERE code = 'HÅND-1';
            DELETE FROM resutveksl.external_results WHERE code = 'HÅND-1'
            """)
        #expect(
            try await playground.value(
                """
                SELECT string_agg(action, ' ' ORDER BY entry_id) FROM resutveksl.study_log WHERE details LIKE '%HÅND-1%'
                """) == "entered edited deleted")
    }

    @Test("what they mark as seen needs no control any more")
    func seen() async throws {
        let playground = try await playground()
        try await playground.own(
            "\(Self.asCaseWorker) UPDATE resutveksl.result_changes SET seen_at = now(), seen_by = 'anna'")
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.external_results WHERE needs_control") == "0")
    }

    @Test("they can neither pass for the import while a worker holds a claim, nor write the log")
    func forged() async throws {
        let playground = try await playground()
        try await playground.own(
            "UPDATE resutveksl.claims SET ended_at = NULL, lease_until = now() + interval '1 hour'")
        for statement in [
            "INSERT INTO resutveksl.open_imports VALUES (pg_current_xact_id(), 1, 203)",
            "INSERT INTO resutveksl.study_log (person_id, institution, action, details) VALUES (1, 216, 'seen', 'x')",
            "DELETE FROM resutveksl.study_log",
        ] {
            let error = try await playground.refusal(of: "\(Self.asCaseWorker) \(statement)")
            #expect(error.sqlState == "42501")
            #expect(error.message.hasPrefix("permission denied"))
        }
    }
}
