package import Exchange
package import Postgres

/// Why a source did not answer, in the words that lane, log and operator use.
package struct SourceError: Error, Sendable, CustomStringConvertible {
    package let fault: Fault
    package let underlying: (any Error)?

    /// Whether one of the persons asked about may be the cause, so that asking about fewer may help.
    package let mayConcernOnePerson: Bool

    /// Whether the source was not tried, because it had just failed with this fault.
    package let isRepeated: Bool

    /// Whether the worker itself took the question back, because it has to end.
    package let isCancelled: Bool

    package var outcome: Outcome { fault.outcome }
    package var sqlState: String? { fault.sqlState }
    package var description: String { fault.reason }

    package init(
        _ fault: Fault, mayConcernOnePerson: Bool = false, isRepeated: Bool = false, underlying: (any Error)? = nil
    ) {
        self.fault = fault
        self.isRepeated = isRepeated
        self.mayConcernOnePerson = mayConcernOnePerson
        self.underlying = underlying
        isCancelled = false
    }

    init(_ kind: FaultKind, phase: String, _ reason: String, underlying: (any Error)? = nil) {
        self.init(Fault(kind, reason: reason, phase: phase), underlying: underlying)
    }

    /// Classifies by code and SQLSTATE, never by text (PostgreSQL documentation, appendix A).
    package init(_ error: PostgresError) {
        let kind = Self.kind(of: error)
        fault = Fault(
            kind, reason: "\(Self.discreet(error)). \(kind.advice)", sqlState: error.sqlState, errno: error.errno,
            phase: error.phase.rawValue)
        underlying = error
        isRepeated = false
        isCancelled = error.code == .cancelled
        mayConcernOnePerson =
            switch kind {
            case .answerTooLarge: true
            // The functions of the contract refuse a whole question with 22023.
            case .serverError: Self.isAboutData(error.sqlState ?? "") && error.sqlState != "22023"
            default: false
            }
    }

    /// The error without the server's text where that may quote what a row holds.
    ///
    /// A value that cannot be read, a key, what a trigger of the source has to say. What the state means can be looked up;
    /// the text is in the source's own log.
    private static func discreet(_ error: PostgresError) -> PostgresError {
        let state = error.sqlState ?? ""
        if error.code != .server || textsWithoutRows.contains(where: state.hasPrefix) { return error }
        return PostgresError(
            .server, phase: error.phase,
            message: "the source's server failed; its text may quote a row and is not kept",
            sqlState: error.sqlState, severity: error.severity, host: error.host, database: error.database)
    }

    /// Classes of SQLSTATE whose texts tell of connections, names of objects, and resources.
    private static let textsWithoutRows = ["08", "25", "28", "3D", "3F", "42", "53", "55", "57", "58"]

    private static func kind(of error: PostgresError) -> FaultKind {
        switch error.code {
        case .configuration: .configuration
        case .hostUnknown: .hostUnknown
        case .tooLarge: .answerTooLarge
        // A server that accepts and then says nothing is as far away as one that does not accept.
        case .timedOut: error.phase == .query || error.phase == .copy ? .tooSlow : .noAnswer
        case .connectFailed:
            switch error.phase {
            case .tls: .tls
            case .authenticate: .connectionLost
            default: .connectionRefused
            }
        case .passwordMissing: .loginRefused
        case .connectionLost, .closed, .cancelled, .inUse: .connectionLost
        case .decoding: .contractVersion
        // At the door it is the database that takes nobody in, not a function that fails.
        case .server where error.phase == .authenticate && error.sqlState == "55000": .notReady
        case .server: kind(of: error.sqlState ?? "")
        }
    }

    private static func kind(of state: String) -> FaultKind {
        switch state {
        case "42883", "3F000": .contractMissing
        case "42501": .permissionDenied
        case "3D000": .databaseMissing
        case "53300": .tooManyConnections
        case "53100": .diskFull
        case "57P03": .notReady
        case "57P01", "57P02", "57P04", "57P05": .shuttingDown
        // Cancelled by the source's own statement_timeout, or by its operator; or it waited too long for a lock.
        case "57014", "55P03": .tooSlow
        case "25006": .readOnly
        case _ where state.hasPrefix("28"): .loginRefused
        case _ where state.hasPrefix("08"): .connectionLost
        case _ where state.hasPrefix("53"): .outOfResources
        default: .serverError
        }
    }

    /// Data exceptions, cardinality violations, broken constraints, exceeded limits: what one person's rows can bring about.
    private static func isAboutData(_ state: String) -> Bool {
        ["21", "22", "23", "54"].contains { state.hasPrefix($0) }
    }
}
