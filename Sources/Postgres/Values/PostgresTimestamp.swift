/// A moment in time, as PostgreSQL's `timestamptz` counts it.
package struct PostgresTimestamp: Hashable, Comparable, Sendable, PostgresEncodable, CustomStringConvertible {
    /// Microseconds since 1 January 2000 00:00 UTC.
    package let microsecondsSince2000: Int64

    package init(microsecondsSince2000: Int64) { self.microsecondsSince2000 = microsecondsSince2000 }

    package static func < (left: Self, right: Self) -> Bool {
        left.microsecondsSince2000 < right.microsecondsSince2000
    }

    /// Microseconds since 1 January 1970 00:00 UTC.
    package var microsecondsSince1970: Int64 { microsecondsSince2000 + 946_684_800_000_000 }

    /// ISO 8601 in UTC, `2026-11-24T12:03:00.000001Z`; for times that people read, let the database format them.
    package var description: String {
        let day: Int64 = 86_400_000_000
        let days = microsecondsSince2000 >= 0 ? microsecondsSince2000 / day : (microsecondsSince2000 - day + 1) / day
        let inDay = microsecondsSince2000 - days * day
        let seconds = inDay / 1_000_000
        let time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0.padded(to: 2) }.joined(separator: ":")
        return "\(PostgresDate(daysSince2000: Int32(clamping: days)))T\(time).\((inDay % 1_000_000).padded(to: 6))Z"
    }

    package static var postgresType: TypeIdentifier { .timestamptz }
    package var postgresForm: ParameterForm { .text(description) }
}
