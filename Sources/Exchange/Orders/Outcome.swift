/// What became of asking one source about one order; the raw values are those of the column.
///
/// That nothing was found and that nobody could be asked are different outcomes, and never look alike.
package enum Outcome: String, Hashable, Sendable, CaseIterable {
    /// Results came and were imported.
    case fetched

    /// The source holds what it held at the last fetch.
    case unchanged

    /// The source was asked, and holds no passed result of the person.
    case nothing

    /// The source institution has reserved itself (RESERVER = J).
    case reserved

    /// The source institution has not opened for exchange (module RESUTVEKSL not active).
    case notOpen = "not_open"

    /// Consent is required, and there is no answer by the person.
    case noConsent = "no_consent"

    /// The person's own N, here or at the source.
    case refused

    /// No connection could be made, or it was lost.
    case unreachable

    /// The source did not let us in, or did not let us ask.
    case denied

    /// The source did not answer within its deadline.
    case timedOut = "timed_out"

    /// The source answered with an error.
    case failed

    /// The source's answer broke the contract and was not imported.
    case invalid

    /// The source was paused by an operator here.
    case paused

    /// Not asked yet, because the run was interrupted.
    case pending

    /// The last attempt is over, and the source could not be asked.
    case givenUp = "given_up"

    /// Whether the source will be asked again by itself.
    package var isRetried: Bool {
        switch self {
        case .unreachable, .denied, .timedOut, .failed, .invalid, .paused, .pending: true
        case .fetched, .unchanged, .nothing, .reserved, .notOpen, .noConsent, .refused, .givenUp: false
        }
    }

    /// Whether the outcome is known from the run's lane alone and needs no row of its own.
    package var isUneventful: Bool { self == .nothing }
}
