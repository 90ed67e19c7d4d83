/// What a source is asked about one person.
package struct Question: Hashable, Sendable {
    /// The order, which the source sees as the reference of the question.
    package let ref: OrderNumber

    /// The numbers to ask by, the current one first and earlier ones after it.
    ///
    /// Never a number that only one institution knows: elsewhere it would be somebody else's.
    package let numbers: [PersonNumber]
    package let consent: ConsentAnswer?
    package let consentedOn: CalendarDay?

    /// The fingerprint of the answer that is held already.
    package let fingerprint: Fingerprint?
    package let purpose: Purpose

    /// - Parameters:
    ///   - numbers: the person's numbers; those that are unusable between institutions, and repetitions, are left out.
    ///   - consentedOn: the day of the answer about consent, whichever it was.
    package init(
        ref: OrderNumber, numbers: [PersonNumber], consent: ConsentAnswer? = nil, consentedOn: CalendarDay? = nil,
        fingerprint: Fingerprint? = nil, purpose: Purpose
    ) {
        self.ref = ref
        if numbers.count == 1, numbers[0].isUsableBetweenInstitutions {
            // Nearly everybody: half a million of them in a run share their arrays with the orders.
            self.numbers = numbers
        } else {
            var seen: Set<PersonNumber> = []
            self.numbers = numbers.filter { $0.isUsableBetweenInstitutions && seen.insert($0).inserted }
        }
        self.consent = consent
        self.consentedOn = consentedOn
        self.fingerprint = fingerprint
        self.purpose = purpose
    }

    /// Whether there is a number to ask by at all.
    package var isAskable: Bool { !numbers.isEmpty }
}
