package import Exchange
import Postgres

extension Store {
    /// Registers that a person has a new number, and makes one of two records where both numbers are registered.
    ///
    /// What that does to orders, answers and results stands beside the SQL function of the same name.
    ///
    /// - Parameter day: when the number was changed; nil for today.
    /// - Returns: what was done, as a sentence without a number in it.
    /// - Throws: `StoreError` with a sentence when the new number is of a lower kind, or nobody has either number.
    package func changeNumber(
        from old: PersonNumber, to new: PersonNumber, on day: CalendarDay?
    ) async throws -> String {
        try await sayingWhy {
            try await query(
                "SELECT message FROM resutveksl.change_person_number($1, $2, $3)", old.digits, new.digits,
                day.map { PostgresDate($0) }
            ).single(String.self)
        }
    }
}
