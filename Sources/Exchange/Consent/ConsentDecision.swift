/// Whether a source may be asked about a person.
package enum ConsentDecision: Hashable, Sendable {
    /// It may, on this legal basis.
    case mayAsk(basis: String)

    /// The rule requires consent, and the person gave no answer.
    case noConsent

    /// The person said no.
    case refused

    /// What the order shows for the source if it may not be asked, else `nil`.
    package var outcome: Outcome? {
        switch self {
        case .mayAsk: nil
        case .noConsent: .noConsent
        case .refused: .refused
        }
    }
}
