package import Exchange

/// A set of orders that this worker holds under one fencing token, and what each source is to be asked about them.
package struct Claim: Sendable {
    package let token: LeaseToken
    package let run: RunNumber
    package let orders: [ClaimedOrder]
    package let lanes: [LaneWork]
    /// Orders that were refused when they were claimed, because of what the person answered meanwhile.
    package let refused: Int
    /// Whether there may be more that is due.
    package let isFull: Bool
    /// A moment before the database began to count the lease.
    package let askedAt: ContinuousClock.Instant

    /// How many of its orders come after one number, and up to another one.
    ///
    /// Those that a lane asks about are among them. They are the suspects if the worker dies of the lane's set, and the
    /// database counts them in the claim, because not every order is in every lane.
    package func count(after: OrderNumber?, through last: OrderNumber) -> Int {
        orders.count { order in order.number <= last && after.map { order.number > $0 } ?? true }
    }
}

/// An order as it was when it was claimed; the person's answer was read in the same transaction.
package struct ClaimedOrder: Sendable {
    package let number: OrderNumber
    package let person: Int64
    /// The current number first, then earlier ones, as far as they may leave the house.
    package let numbers: [PersonNumber]
    /// The number that the person has now, whether or not it may leave the house.
    package let currentNumber: PersonNumber?
    package let purpose: Purpose
    package let consent: ConsentAnswer?
    package let consentedOn: CalendarDay?
    package let asksEverySource: Bool

    /// Whether a source that found the person under a number still holds an earlier one.
    func isEarlier(_ number: PersonNumber) -> Bool { number != currentNumber }
}

/// One source and the orders of a claim that it is to be asked about, in order of number.
package struct LaneWork: Sendable {
    package let source: Source
    package let orders: [ClaimedOrder]
    /// By person: of the last answer of this source.
    ///
    /// Nil for one that is not known any more, though what came with it stands here.
    package let fingerprints: [Int64: Fingerprint?]
    /// Orders that the source is not asked about, because its rule requires a consent that is not there.
    package let withoutConsent: [ClaimedOrder]
    /// On what it is asked about those who have not answered; nil when its rule requires consent today.
    package let legalBasis: String?
}
