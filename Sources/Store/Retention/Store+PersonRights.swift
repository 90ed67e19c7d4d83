package import Exchange
import Postgres

/// What became of a table's rows about a person who was forgotten.
package struct ForgottenTable: Sendable, Encodable {
    package let table: String
    package let deleted: Int64
    package let kept: Int64
    /// Why they stay.
    package let reason: String?
}

extension Store {
    /// Everything that is held on a person, as JSON.
    ///
    /// Also of somebody who is not registered, or was forgotten: what had to stay is held as well.
    package func export(_ number: PersonNumber) async throws -> String {
        try await query("SELECT jsonb_pretty(resutveksl.export_person($1))", number.digits).single(String.self)
    }

    /// Deletes what is held on a person and need not be kept.
    ///
    /// - Parameter isDryRun: only tells what would become of each table.
    package func forget(_ number: PersonNumber, isDryRun: Bool) async throws -> [ForgottenTable] {
        do {
            return try await sayingWhy {
                try await pool.withTransaction { transaction in
                    let tables = try await transaction.query(
                        "SELECT table_name, deleted, kept, reason FROM resutveksl.forget_person($1)", number.digits
                    ).decode(String.self, Int64.self, Int64.self, String?.self).map {
                        ForgottenTable(table: $0, deleted: $1, kept: $2, reason: $3)
                    }
                    if isDryRun { throw Undone(tables: tables) }
                    return tables
                }
            }
        } catch let undone as Undone {
            return undone.tables
        }
    }

    /// Leaves the transaction with what it found and without what it did.
    private struct Undone: Error {
        let tables: [ForgottenTable]
    }
}
