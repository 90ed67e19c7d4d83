package import Exchange
import Postgres

/// A change that a later fetch brought and nobody has seen yet.
package struct UnseenChange: Sendable {
    /// What it is marked as seen by.
    package let number: Int64
    package let changedAt: String
    package let order: Int64
    package let institution: InstitutionNumber
    package let acronym: String
    package let category: String
    package let code: String
    package let name: String?
    /// `added`, `changed`, `missing` or `returned`.
    package let kind: String
    package let field: String?
    package let oldValue: String?
    package let newValue: String?
    /// In words: `grade: B → A`.
    package let change: String
    /// Whether the result must be checked before it is used.
    package let needsControl: Bool
}

/// What marking changes as seen answers.
package struct SeenChanges: Sendable, Equatable {
    package let seen: Int
    package let unseen: Int
}

extension Store {
    /// What later fetches brought for a person and nobody has seen, oldest first.
    package func unseenChanges(of number: PersonNumber) async throws -> [UnseenChange] {
        try await query(
            """
            SELECT u.change_id, resutveksl.local_minute(u.changed_at), u.order_number, u.institution,
                u.institution_acronym, u.category, u.code, u.name, u.kind, u.field, u.old_value, u.new_value, u.change,
                u.needs_control
            FROM resutveksl.unseen_changes u WHERE u.person_id = resutveksl.person_of($1)
            ORDER BY u.changed_at, u.institution, u.code, u.change_id
            """,
            number.digits
        ).decode(
            Int64.self, String.self, Int64.self, Int32.self, String.self, String.self, String.self, String?.self,
            String.self, String?.self, String?.self, String?.self, String.self, Bool.self
        ).compactMap { row in
            InstitutionNumber(rawValue: row.3).map {
                UnseenChange(
                    number: row.0, changedAt: row.1, order: row.2, institution: $0, acronym: row.4, category: row.5,
                    code: row.6, name: row.7, kind: row.8, field: row.9, oldValue: row.10, newValue: row.11,
                    change: row.12, needsControl: row.13)
            }
        }
    }

    /// Marks changes of a person as seen; results of which every change is seen need no control any more.
    ///
    /// - Parameter changes: their numbers; nil for all that are unseen now.
    package func markChangesSeen(
        of number: PersonNumber, _ changes: [Int64]?, by name: String?
    ) async throws -> SeenChanges {
        do {
            let (seen, unseen) = try await query(
                "SELECT seen, unseen FROM resutveksl.mark_changes_seen($1, $2, coalesce($3, session_user::text))",
                number.digits, changes, name
            ).single(Int.self, Int.self)
            return SeenChanges(seen: seen, unseen: unseen)
        } catch let error as PostgresError where error.isServer("P0002") {
            throw StoreError(.notFound, error.message)
        }
    }
}
