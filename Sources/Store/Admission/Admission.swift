package import Exchange

/// An admission, whose applicants' results are fetched again every week until it closes.
package struct Admission: Sendable {
    package enum State: String, Sendable {
        case notYetOpen = "not yet open"
        case open
        case closed
    }

    package let code: String
    package let name: String?
    package let state: State
    package let opensOn: CalendarDay
    /// The last day on which results are fetched again.
    package let closesOn: CalendarDay
    package let weekday: Weekday
    /// Local time of day, `18:00`.
    package let time: String
    package let applications: Int
    /// Of them, orders that are still open.
    package let waiting: Int
    /// Local times, as FS shows them.
    package let lastRefresh: String?
    package let nextRefresh: String?
}

/// A day of the week, numbered as ISO 8601 and PostgreSQL's `isodow` do.
package enum Weekday: Int, Sendable, CaseIterable {
    case monday = 1
    case tuesday, wednesday, thursday, friday, saturday, sunday
}

/// What a refresh of an admission came to.
package struct Refresh: Sendable {
    package let admission: String
    /// The moment that the orders are due at, local.
    package let moment: String
    package let orders: Int
    /// In the hands of a worker just now: they come in the next call.
    package let leftOver: Int
}
