/// Whether a source may be asked only about those who consented, from when that holds, and on what basis.
///
/// The law on this has changed and differs between institutions, so that it is a setting per source. Whatever it says, a
/// person's own N stops the fetch; and where nothing is set, consent is required.
package struct ConsentRule: Hashable, Sendable {
    /// Whether consent is necessary, which it is unless `false` is said.
    package var isRequired: Bool

    /// The first day on which the rule holds, before which the opposite holds, as at the sources; `nil` if it always has.
    package var from: CalendarDay?

    /// The basis on which the source is asked, as text that goes into its record of disclosures.
    package var legalBasis: String

    package init(isRequired: Bool = true, from: CalendarDay? = nil, legalBasis: String) {
        self.isRequired = isRequired
        self.from = from
        self.legalBasis = legalBasis
    }

    /// Decides whether a source may be asked about a person.
    ///
    /// - Parameters:
    ///   - answer: the newest answer that is known, or `nil` if the person never gave one.
    ///   - day: the day on which the source would be asked, by the database's clock.
    package func decide(answer: ConsentAnswer?, on day: CalendarDay) -> ConsentDecision {
        switch answer {
        case .no: .refused
        case .yes: .mayAsk(basis: legalBasis)
        case nil: requiresConsent(on: day) ? .noConsent : .mayAsk(basis: legalBasis)
        }
    }

    /// Whether nobody may be asked about on a day who has not answered J.
    package func requiresConsent(on day: CalendarDay) -> Bool {
        isRequired == (from.map { $0 <= day } ?? true)
    }
}
