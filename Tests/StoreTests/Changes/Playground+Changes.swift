import Exchange
import Postgres
import Store
import Testing

extension Playground {
    /// What the newest order of Testperson1 reported, as `kind what`, in order of the alphabet.
    func reported() async throws -> [String] {
        let text = try await value(
            """
            SELECT string_agg(r.code || ' ' || CASE c.kind WHEN 'changed'
                THEN resutveksl.change_text(c.field, c.old_value, c.new_value) ELSE c.kind END, '|')
            FROM resutveksl.result_changes c JOIN resutveksl.external_results r USING (result_id)
            WHERE c.order_number = (SELECT max(order_number) FROM resutveksl.orders)
            """)
        return text.map { $0.split(separator: "|").map(String.init).sorted() } ?? []
    }

    /// Orders again for Testperson1, fetches, and answers with the order as it is then.
    func fetchAgain() async throws -> OrderSummary {
        let order = try await order(Self.person1)
        _ = try await run()
        return try await store.order(order)
    }

    /// Has the sources send everything again.
    func forgetFingerprints() async throws {
        try await own("DELETE FROM resutveksl.person_sources")
    }

    /// The error with which the own database refuses a statement.
    func refusal(
        of statement: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> PostgresError {
        let error = await #expect(throws: PostgresError.self, sourceLocation: sourceLocation) {
            try await own(statement)
        }
        return try #require(error, sourceLocation: sourceLocation)
    }

    /// Enters a result by hand in the study of Testperson1 at 216.
    func enterByHand(_ code: String, grade: String) async throws {
        try await own(
            """
            INSERT INTO resutveksl.external_results (study_id, category, code, grade)
            SELECT study_id, 'Emne', '\(code)', '\(grade)' FROM resutveksl.external_studies WHERE institution = 216
            """)
    }
}
