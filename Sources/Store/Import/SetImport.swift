package import Exchange

/// What a source answered about one set of a lane, ready to be written in one transaction.
package struct SetImport: Sendable {
    package struct Entry: Sendable {
        package let order: ClaimedOrder
        /// Nil when the source does not know the person.
        package let answer: PersonAnswer?
        /// Why there is no answer, where the source could not give one about this person.
        package let fault: Fault?

        package init(order: ClaimedOrder, answer: PersonAnswer?, fault: Fault? = nil) {
            self.order = order
            self.answer = answer
            self.fault = fault
        }
    }

    package let token: LeaseToken
    package let run: RunNumber
    package let source: InstitutionNumber
    package let entries: [Entry]
    /// The highest order number of the set: the lane's cursor once it is written.
    package let cursor: OrderNumber
    /// Whether the lane is done with it: nothing is left to ask.
    package let isLast: Bool
    /// How many orders after the cursor are asked about next.
    package let nextSize: Int
    /// By person: what was known before this answer; a person without one has nothing from the source standing here.
    package let fingerprints: [Int64: Fingerprint?]

    package init(
        token: LeaseToken, run: RunNumber, source: InstitutionNumber, entries: [Entry], cursor: OrderNumber,
        isLast: Bool = false, nextSize: Int = 1, fingerprints: [Int64: Fingerprint?]
    ) {
        self.token = token
        self.run = run
        self.source = source
        self.entries = entries
        self.cursor = cursor
        self.isLast = isLast
        self.nextSize = nextSize
        self.fingerprints = fingerprints
    }
}

/// What an import did.
package struct ImportCounts: Sendable, Equatable {
    /// Result rows that the source sent and that now stand here.
    package var rows = 0
    package var found = 0
    package var new = 0
    package var changed = 0
    package var missing = 0
    /// Persons whose answer was bad, or could not be given.
    package var invalid = 0
    /// Of those, how many were given up: they have failed for as many days as there are.
    package var gaveUp = 0

    package init() {}
}
