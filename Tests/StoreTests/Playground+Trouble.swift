import DevCluster
import Postgres
import Testing

extension Playground {
    /// Lets every question at a source wait until the connection is closed.
    func lockPersons(at source: Int32) async throws -> Connection {
        let connection = try await cluster.connect(database: database(of: source))
        try await connection.execute(script: "BEGIN; LOCK TABLE fs.person IN ACCESS EXCLUSIVE MODE")
        return connection
    }

    /// Waits until something is so, at most half a minute: a machine that does everything at once may stand still for ten seconds.
    func wait(until isSo: (Playground) async throws -> Bool) async throws {
        for _ in 0..<1500 {
            if try await isSo(self) { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("it did not come to pass within half a minute")
    }

    /// How many questions a source was asked by workers that have gone.
    ///
    /// Its server counts them, and a session tells what it has done when it ends.
    func questionsAsked(at source: Int32) async throws -> Int {
        try await wait {
            try await $0.value(
                at: source,
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = '\(Self.requester)'"
            )
                == "0"
        }
        let calls = try await value(at: source, "SELECT calls FROM pg_stat_user_functions WHERE funcname = 'ask_v1'")
        return calls.flatMap { Int($0) } ?? 0
    }

    /// Makes a source answer with one column replaced by an expression over the true answer.
    func tamper(at source: Int32, _ column: String, _ expression: String) async throws {
        let columns = [
            "record", "ref", "person_number", "verdict", "answered", "held_back", "fingerprint", "institution",
            "result_key",
            "part_of_key", "category", "code", "version", "name_bokmal", "name_nynorsk", "name_english", "thesis_title",
            "thesis_title_english", "description_bokmal", "description_nynorsk", "description_english", "term_year",
            "term",
            "credits", "grading_rule", "grade_value", "grade", "obtained_on",
        ]
        let list = columns.map { $0 == column ? "(\(expression)) AS \($0)" : $0 }.joined(separator: ", ")
        try await at(
            source,
            """
            ALTER FUNCTION resutveksl.ask_v1 RENAME TO ask_truly;
            CREATE FUNCTION resutveksl.ask_v1(
                refs bigint[], numbers text[], consents text[], consent_dates date[], fingerprints text[], purposes text[],
                basis text)
            RETURNS TABLE (record text, ref bigint, person_number text, verdict text, answered int, held_back int,
                fingerprint text, institution int, result_key text, part_of_key text, category text, code text, version text,
                name_bokmal text, name_nynorsk text, name_english text, thesis_title text, thesis_title_english text,
                description_bokmal text, description_nynorsk text, description_english text, term_year int, term text,
                credits numeric, grading_rule int, grade_value numeric, grade text, obtained_on date)
            LANGUAGE sql SECURITY DEFINER AS $$
                SELECT \(list)
                FROM resutveksl.ask_truly(refs, numbers, consents, consent_dates, fingerprints, purposes, basis)
            $$;
            """)
    }
}
