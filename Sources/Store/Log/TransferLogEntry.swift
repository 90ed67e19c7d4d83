package import Exchange

/// An entry of the transfer log.
package struct TransferLogEntry: Sendable {
    /// Local time, to the second: `2026-11-26 04:15:07`.
    package let loggedAt: String
    /// The same as ISO 8601 in UTC, to the microsecond.
    package let instant: String
    package let event: String
    package let run: Int64?
    package let order: Int64?
    package let person: PersonNumber?
    package let source: Int32?
    package let acronym: String?
    package let outcome: String?
    package let reason: String?
    package let sqlState: String?
    /// How many orders it is about, where it is not about one.
    package let orders: Int32?
    /// As FS shows times.
    package let nextAttempt: String?
    package let who: String
    /// Where the row lies, and the transaction that wrote it: for whoever follows the log.
    let place: String
    let transaction: UInt64
}
