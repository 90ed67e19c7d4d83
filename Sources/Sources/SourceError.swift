package import Exchange
package import Postgres

/// Why a source did not answer, in the words that lane, log and operator use.
package struct SourceError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// No connection, or one that broke.
        case connection
        /// The source's server refused, with a SQLSTATE.
        case server
        /// The contract is not installed, or in no version that both sides speak.
        case contract
        /// What came back breaks the contract as a whole.
        case answer
    }

    package let code: Code
    /// What becomes of the orders that could not be asked about.
    package let outcome: Outcome
    package let sqlState: String?
    package let description: String
    package let underlying: (any Error)?

    package init(
        _ code: Code, _ outcome: Outcome, _ description: String, sqlState: String? = nil,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.outcome = outcome
        self.description = description
        self.sqlState = sqlState
        self.underlying = underlying
    }

    /// Classifies by code and SQLSTATE, never by text (PostgreSQL documentation, appendix A).
    package init(_ error: PostgresError) {
        let outcome: Outcome
        var code = Code.connection
        var description = error.description
        switch (error.code, error.sqlState ?? "") {
        case (.timedOut, _):
            // A server that accepts and then says nothing is as far away as one that does not accept.
            outcome = error.phase == .query || error.phase == .copy ? .timedOut : .unreachable
        case (.server, "42883"), (.server, "3F000"):
            code = .contract
            outcome = .failed
            description =
                "the source has no contract: its operator installs it with `resutveksl source install`. \(error)"
        case (.server, let state):
            code = .server
            outcome = Self.outcome(of: state)
        case (.configuration, _), (.decoding, _), (.inUse, _):
            code = .answer
            outcome = .failed
        default:
            outcome = .unreachable
        }
        self.init(code, outcome, description, sqlState: error.sqlState, underlying: error)
    }

    private static func outcome(of state: String) -> Outcome {
        switch state {
        // Cancelled by the source's own statement_timeout, or by its operator.
        case "57014": .timedOut
        // Shutting down, crashed, starting up; too many connections; the database is gone.
        case "57P01", "57P02", "57P03", "57P04", "57P05", "53300", "3D000": .unreachable
        case _ where state.hasPrefix("08"): .unreachable
        case "42501": .denied
        case _ where state.hasPrefix("28"): .denied
        default: .failed
        }
    }
}
