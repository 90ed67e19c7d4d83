package import Exchange
import Postgres

/// What happened with an order at one source and what to do about it, in sentences for a case worker.
package struct Explanation: Sendable {
    package let source: InstitutionNumber
    package let acronym: String
    package let institutionName: String
    /// As `order_sources` has it.
    package let outcome: String
    package let sentence: String
    package let advice: String?
    package let attempts: Int
    /// The attempts that failed, each with its local time and what went wrong.
    package let failedAttempts: String?
    package let nextAttempt: String?
    package let newResults: Int
    package let changedResults: Int
    package let missingResults: Int
    package let heldBack: Int
    package let isFoundEarlier: Bool
    /// On what the source was asked; nil when it was not.
    package let basis: String?
    /// Since when the source is closed, as far as it is known here.
    package let closedSince: String?
}

extension Store {
    /// Explains an order, source by source; those where something happened come first.
    ///
    /// The sentences stand in the view `order_explanations`, so that SQL says the same.
    package func explanations(of order: OrderNumber) async throws -> [Explanation] {
        try await query(
            """
            SELECT source, acronym, institution_name, outcome, sentence, advice, attempts, attempts_failed, next_attempt,
                new_results, changed_results, missing_results, held_back, found_earlier, basis, closed_since
            FROM resutveksl.explain_order($1)
            ORDER BY outcome = 'nothing' AND held_back = 0 AND missing_results = 0, source
            """, order.rawValue
        ).decode(
            Int32.self, String.self, String.self, String.self, String.self, String?.self, Int.self, String?.self,
            String?.self, Int.self, Int.self, Int.self, Int.self, Bool.self, String?.self, String?.self
        ).compactMap { row in
            InstitutionNumber(rawValue: row.0).map {
                Explanation(
                    source: $0, acronym: row.1, institutionName: row.2, outcome: row.3, sentence: row.4, advice: row.5,
                    attempts: row.6, failedAttempts: row.7, nextAttempt: row.8, newResults: row.9,
                    changedResults: row.10, missingResults: row.11, heldBack: row.12, isFoundEarlier: row.13,
                    basis: row.14, closedSince: row.15)
            }
        }
    }
}
