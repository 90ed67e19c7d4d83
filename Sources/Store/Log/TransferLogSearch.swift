package import Exchange
import Postgres

/// What is looked for in the transfer log; what is nil does not matter.
package struct TransferLogSearch: Sendable {
    /// A moment, as somebody says it; what it comes to is for the database's clock and time zone.
    package enum Moment: Sendable, Equatable {
        /// Before now.
        case ago(Duration)
        /// `2026-11-26 04:15`, in the time zone of the settings.
        case local(String)
    }

    /// Its own entries, and those of lanes in which it failed with others.
    package var order: OrderNumber?
    package var institution: InstitutionNumber?
    package var outcome: String?
    package var event: TransferEvent?
    package var since: Moment?
    package var until: Moment?
    /// The newest ones.
    package var limit = 200

    package init() {}

    /// The conditions, with the parameters that they count on from the first.
    var conditions: (texts: [String], parameters: [any PostgresEncodable]) {
        var texts: [String] = []
        var parameters: [any PostgresEncodable] = []
        func add(_ parameter: any PostgresEncodable, _ text: (String) -> String) {
            parameters.append(parameter)
            texts.append(text("$\(parameters.count)"))
        }
        if let order {
            add(order.rawValue) { place in
                """
                (l.order_number = \(place) OR l.order_number IS NULL AND (l.source, l.token) IN (
                    SELECT t.source, unnest(t.attempt_tokens) FROM resutveksl.transfers t WHERE t.order_number = \(place)))
                """
            }
        }
        if let institution { add(institution.rawValue) { "l.source = \($0)" } }
        if let outcome { add(outcome) { "l.outcome = \($0)" } }
        if let event { add(event.rawValue) { "l.event = \($0)" } }
        for (moment, sign) in [(since, ">="), (until, "<=")] {
            switch moment {
            case .ago(let duration):
                add(Double(duration / .milliseconds(1)) / 1000) {
                    "l.logged_at \(sign) now() - make_interval(secs => \($0)::float8)"
                }
            case .local(let text):
                add(text) {
                    "l.logged_at \(sign) (SELECT \($0)::text::timestamp AT TIME ZONE s.time_zone FROM resutveksl.settings s)"
                }
            case nil: break
            }
        }
        return (texts, parameters)
    }
}

/// What the transfer log tells of; the words of its column `event`.
package enum TransferEvent: String, Sendable, CaseIterable {
    case ordered
    case refused
    case requeued
    case cancelled
    case held
    case released
    case paused
    case resumed
    case fetched
    case sourceFailed = "source_failed"
    case sourceClosed = "source_closed"
    case personFailed = "person_failed"
    case givenUp = "given_up"
    case completed
    case takenOver = "taken_over"
    case numberChanged = "number_changed"
    case logDeleted = "log_deleted"
}
