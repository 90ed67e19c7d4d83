package import Exchange

/// Why a source, or one person's answer from it, could not be had this time.
package struct Fault: Sendable {
    /// One that is tried again.
    package let outcome: Outcome
    /// For operators: what happened, where.
    ///
    /// Holds nothing about a person.
    package let reason: String
    package let sqlState: String?

    package init(outcome: Outcome, reason: String, sqlState: String? = nil) {
        self.outcome = outcome
        self.reason = reason
        self.sqlState = sqlState
    }
}
