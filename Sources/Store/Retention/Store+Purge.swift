import Postgres

/// A rule of retention, and how many rows are older than it says.
package struct DueForPurge: Sendable, Encodable {
    package let what: String
    /// Nil: kept for ever.
    package let keepDays: Int32?
    package let countedFrom: String
    package let reason: String
    /// What is older may go.
    package let keptSince: String?
    package let due: Int64

    /// The record of disclosures is not purged but cut, by somebody who signs it off.
    package var needsCheckpoint: Bool { what == "received_disclosures" }
}

extension Store {
    package func dueForPurge() async throws -> [DueForPurge] {
        try await query(
            """
            SELECT what, keep_days, counted_from, reason, resutveksl.local_minute(kept_since), due
            FROM resutveksl.purge_due() ORDER BY what
            """
        ).decode(String.self, Int32?.self, String.self, String.self, String?.self, Int64.self).map { row in
            DueForPurge(
                what: row.0, keepDays: row.1, countedFrom: row.2, reason: row.3, keptSince: row.4, due: row.5)
        }
    }

    /// Removes what a rule says, in transactions of `batch` rows, so that nobody waits long for a lock.
    ///
    /// - Returns: how many rows there were.
    package func purge(_ rule: DueForPurge, batch: Int = 5000) async throws -> Int64 {
        try await sayingWhy {
            var sum: Int64 = 0
            while true {
                let (removed, hasMore) = try await query(
                    "SELECT removed, has_more FROM resutveksl.purge($1, $2)", rule.what, Int32(clamping: batch)
                ).single(Int64.self, Bool.self)
                sum += removed
                if !hasMore { return sum }
            }
        }
    }
}
