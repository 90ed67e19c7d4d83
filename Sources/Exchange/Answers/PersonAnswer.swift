/// What a source's answer about one person comes to, after it was checked.
package enum PersonAnswer: Hashable, Sendable {
    /// Results came, in the order in which they were sent.
    case fetched(Disclosure, results: [FetchedResult])

    /// The source holds what the fingerprint that was sent stands for.
    case unchanged(Disclosure)

    /// The person is known at the source and has nothing that may be shown; degrees held back are counted.
    case nothing(heldBack: Int)
    case noConsent
    case refused

    /// The answer broke this rule of the contract first, and nothing of it may be used.
    case invalid(BadDataRule)

    /// What is common to answers that have results.
    package struct Disclosure: Hashable, Sendable {
        /// The number under which the source knows the person, one of those asked by.
        package var foundUnder: PersonNumber
        package var fingerprint: Fingerprint

        /// How many results the source holds, also when they were not sent again.
        package var resultCount: Int

        /// How many degrees the source holds back for want of a diploma date.
        package var heldBack: Int

        package init(foundUnder: PersonNumber, fingerprint: Fingerprint, resultCount: Int, heldBack: Int) {
            self.foundUnder = foundUnder
            self.fingerprint = fingerprint
            self.resultCount = resultCount
            self.heldBack = heldBack
        }
    }

    /// What the order shows for the source.
    package var outcome: Outcome {
        switch self {
        case .fetched: .fetched
        case .unchanged: .unchanged
        case .nothing: .nothing
        case .noConsent: .noConsent
        case .refused: .refused
        case .invalid: .invalid
        }
    }
}
