package import Exchange

/// What a source answered about one set of a lane, ready to be written in one transaction.
package struct SetImport: Sendable {
    /// What was answered about one order.
    package struct Entry: Sendable {
        package let order: ClaimedOrder
        /// Nil when the source does not know the person.
        package let answer: PersonAnswer?
        /// Why there is no answer, where the source could not give one about this person.
        package let fault: Fault?
    }

    package let token: LeaseToken
    package let run: RunNumber
    package let source: InstitutionNumber
    /// A part of the claim's own array: most persons are strangers to most sources, and a set of strangers costs nothing here.
    package let orders: ArraySlice<ClaimedOrder>
    /// About those whom the source knows.
    package let answers: [OrderNumber: PersonAnswer]
    /// Why there are no answers, where the source could not give any.
    package let fault: Fault?
    /// The highest order number of the set: the lane's cursor once it is written.
    package let cursor: OrderNumber
    /// Whether the lane is done with it: nothing is left to ask.
    package let isLast: Bool
    /// How many of the claim's orders after the cursor the next set goes over.
    package let nextSize: Int
    /// By person: what was known before this answer; a person without one has nothing from the source standing here.
    package let fingerprints: [Int64: Fingerprint?]

    package init(
        token: LeaseToken, run: RunNumber, source: InstitutionNumber, orders: ArraySlice<ClaimedOrder>,
        answers: [OrderNumber: PersonAnswer], fault: Fault? = nil, cursor: OrderNumber,
        isLast: Bool = false, nextSize: Int = 1, fingerprints: [Int64: Fingerprint?]
    ) {
        self.token = token
        self.run = run
        self.source = source
        self.orders = orders
        self.answers = answers
        self.fault = fault
        self.cursor = cursor
        self.isLast = isLast
        self.nextSize = nextSize
        self.fingerprints = fingerprints
    }

    package var entries: some Sequence<Entry> {
        orders.lazy.map { Entry(order: $0, answer: answers[$0.number], fault: fault) }
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
