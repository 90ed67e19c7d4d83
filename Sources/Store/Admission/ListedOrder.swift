package import Exchange

/// What became of one line of a list of applicants.
package struct ListedOrder: Sendable {
    package enum Outcome: String, Sendable {
        case ordered
        /// The person had an open order already, which this then is.
        case open
        case refused
        /// Nothing was written, because another line was refused.
        case notTaken = "not_taken"
    }

    package let line: Int
    /// Nil for refused lines: whatever stands there, it is not shown.
    package let application: String?
    package let outcome: Outcome
    package let order: OrderNumber?
    /// Why it was refused, or which order is open since when and how far; names no person number.
    package let reason: String?
}

/// How a list of applicants is to be taken.
package struct OrderListOptions: Sendable {
    package var purpose = Purpose.application
    /// The admission that the orders belong to, by its code.
    package var admission: String?
    /// Where the applicants consented, when the list itself is their consent.
    package var consentChannel: ConsentChannel?
    /// Today when it is left out.
    package var consentedOn: CalendarDay?
    package var registersPersons = true
    /// Whether one refused line stops the whole list.
    package var allOrNothing = false
    package var isDryRun = false
    package var orderedBy: String?

    package init() {}
}
