import Exchange
import Postgres

/// What a source recorded about one of its answers to us.
package struct RecordedDisclosure: Sendable {
    /// The source's own number of the row.
    package let id: Int64
    /// Microseconds since 1 January 1970 UTC, by the source's clock.
    package let recordedAt: Int64
    /// Our reference: the order.
    package let order: Int64?
    package let personNumber: String
    package let purpose: String?
    package let outcome: String?
    package let results: Int32?
    package let heldBack: Int32?
}

extension SourceSession {
    /// From when on the source's record is whole; nil when nothing was ever cut from it.
    ///
    /// - Returns: microseconds since 1970.
    package func recordIsKeptFrom() async throws(SourceError) -> Int64? {
        do throws(PostgresError) {
            return try await connection.query(
                "SELECT (extract(epoch FROM resutveksl.disclosures_kept_v1()) * 1000000)::bigint"
            ).single(Int64?.self)
        } catch {
            throw Self.recordError(error)
        }
    }

    /// A page of what the source recorded about its answers to us, in its order.
    ///
    /// - Parameters:
    ///   - since: microseconds since 1970.
    ///   - after: the last row of the page before it; 0 for the first page.
    package func recorded(
        since: Int64, after: Int64, most: Int
    ) async throws(SourceError) -> [RecordedDisclosure] {
        do throws(PostgresError) {
            return try await connection.query(
                """
                SELECT id, (extract(epoch FROM disclosed_at) * 1000000)::bigint, ref, person_number, purpose, verdict, rows,
                    held_back
                FROM resutveksl.disclosures_v1(timestamptz 'epoch' + $1 * interval '1 microsecond', $2, $3)
                ORDER BY id
                """, since, after, Int32(clamping: most)
            ).decode(
                Int64.self, Int64.self, Int64?.self, String.self, String?.self, String?.self, Int32?.self, Int32?.self
            ).map { row in
                RecordedDisclosure(
                    id: row.0, recordedAt: row.1, order: row.2, personNumber: row.3, purpose: row.4, outcome: row.5,
                    results: row.6, heldBack: row.7)
            }
        } catch {
            throw Self.recordError(error)
        }
    }

    private static func recordError(_ error: PostgresError) -> SourceError {
        guard error.isServer("42883") else { return SourceError(error) }
        return SourceError(
            .contractVersion, phase: "contract",
            "the source's contract is from before its record could be compared: its operator must run a newer "
                + "`resutveksl source install`", underlying: error)
    }
}
