/// What kind of trouble a source is in, finer than the outcome that orders show; the raw values are those of the columns `fault`.
///
/// Each has one outcome, and a sentence that says who can mend it how.
package enum FaultKind: String, Hashable, Sendable, CaseIterable {
    // On the way
    case configuration
    case hostUnknown = "host_unknown"
    case connectionRefused = "connection_refused"
    case noAnswer = "no_answer"
    case tls
    case connectionLost = "connection_lost"

    // At the door
    case loginRefused = "login_refused"
    case databaseMissing = "database_missing"
    case tooManyConnections = "too_many_connections"
    case notReady = "not_ready"
    case shuttingDown = "shutting_down"

    // At the contract
    case contractMissing = "contract_missing"
    case contractVersion = "contract_version"
    case wrongInstitution = "wrong_institution"
    case permissionDenied = "permission_denied"

    // While it answers
    case tooSlow = "too_slow"
    case readOnly = "read_only"
    case diskFull = "disk_full"
    case outOfResources = "out_of_resources"
    case serverError = "server_error"

    // In what it answered
    case badAnswer = "bad_answer"
    case answerTooLarge = "answer_too_large"
    case badPerson = "bad_person"

    // Here
    case importFailed = "import_failed"
    case paused
    case maintenance

    /// What the orders show that could not be asked about; always one that is tried again.
    package var outcome: Outcome {
        switch self {
        case .hostUnknown, .connectionRefused, .noAnswer, .tls, .connectionLost, .databaseMissing,
            .tooManyConnections, .notReady, .shuttingDown:
            .unreachable
        case .loginRefused, .permissionDenied: .denied
        case .tooSlow: .timedOut
        case .configuration, .contractMissing, .contractVersion, .wrongInstitution, .readOnly, .diskFull,
            .outOfResources, .serverError, .importFailed:
            .failed
        case .badAnswer, .answerTooLarge, .badPerson: .invalid
        case .paused, .maintenance: .paused
        }
    }

    /// What to do about it, for the log and for operators.
    package var advice: String {
        switch self {
        case .configuration: "Correct the source's connection string: resutveksl source add."
        case .hostUnknown: "Check the host name in the source's connection string, and the name service."
        case .connectionRefused: "No server listens there: ask the source's operator whether it is down."
        case .noAnswer: "Nobody answered: check firewalls, and whether the source's host is up."
        case .tls: "Check sslmode and certificates on both sides."
        case .connectionLost: "The connection broke on the way; look for trouble in the network or at the source."
        case .loginRefused: "Check the password file and the source's pg_hba.conf."
        case .databaseMissing: "Check dbname in the source's connection string."
        case .tooManyConnections: "The source gives no more connections: ask its operator to raise the limit."
        case .notReady: "The source's server is starting up, recovering, or accepts nobody."
        case .shuttingDown: "The source's server was shut down while it was asked."
        case .contractMissing: "The source has no contract: its operator installs it with `resutveksl source install`."
        case .contractVersion: "The two sides speak different versions of the contract: upgrade the older one."
        case .wrongInstitution: "Correct the source's connection string: the database is another institution's."
        case .permissionDenied: "The source's operator lets our role ask: resutveksl.register_requester()."
        case .tooSlow: "Raise the source's statement_timeout or lower its set_size; ask its operator what is slow."
        case .readOnly: "The database takes no records of disclosure (a standby?): connect to the primary."
        case .diskFull: "The source's disk is full: tell its operator."
        case .outOfResources: "The source's server is out of memory or another resource: tell its operator."
        case .serverError: "The source's own functions failed: tell its operator, with the SQLSTATE."
        case .badAnswer: "The answer broke the contract as a whole: tell the source's operator."
        case .answerTooLarge: "The answer was larger than the source's answer_limit."
        case .badPerson: "The source's data about this person is bad: tell its operator the order number."
        case .importFailed: "The own database did not take the answer: look up the SQLSTATE in its log."
        case .paused: "Resume it: resutveksl source resume."
        case .maintenance: "Nothing: it is asked after its maintenance window."
        }
    }

    /// Whether an attempt that ended so uses up one of the days after which a transfer is given up.
    ///
    /// Only what is wrong with the person's own answer does. A source that could not be asked has a much longer limit, and
    /// one that is paused, or in its maintenance window, has none.
    package var attemptCost: AttemptCost {
        switch outcome {
        case .invalid where self != .badAnswer: .attemptDay
        case .paused: .nothing
        default: .outageDay
        }
    }
}

/// What an attempt counts towards; the raw values are read by SQL (`transfers.attempt_days`, `transfers.outage_days`).
package enum AttemptCost: String, Hashable, Sendable, CaseIterable {
    /// One of `settings.attempt_days`.
    case attemptDay = "attempt_day"
    /// One of `settings.outage_days`.
    case outageDay = "outage_day"
    case nothing
}
