package import Exchange
import Postgres

/// What ordering answers, as the screen shows it.
package struct PlacedOrder: Sendable {
    package let number: OrderNumber
    package let state: OrderState
    /// False when the person had an open order already, which this then is.
    package let isNew: Bool
    /// `Bestilt 23.11.2026 14:03`, or why it was refused.
    package let message: String
}

/// An order as lists show it.
///
/// Times are local, as FS shows them.
package struct OrderSummary: Sendable {
    package let number: OrderNumber
    /// Masked: whoever may see orders need not see person numbers.
    package let person: String
    package let purpose: String
    package let reference: String?
    package let orderedBy: String
    package let orderedAt: String
    package let state: OrderState
    package let dueAt: String?
    package let completedAt: String?
    package let attempts: Int
    package let newResults: Int
    package let changedResults: Int
    package let missingResults: Int
    package let heldBack: Int
    package let refusal: String?
    /// Why workers leave it alone, while they do.
    package let holdReason: String?
    /// What later fetches changed, as far as nobody has seen it.
    package let unseenChanges: Int
    /// Why it was cancelled, where nobody did it by hand.
    package let cancelReason: String?
    /// Why the last refresh of its admission passed over it.
    package let passedOver: String?
}

/// What became of an order at one source.
package struct OrderAtSource: Sendable {
    package let source: InstitutionNumber
    package let acronym: String
    /// An `Outcome`, or `waiting`, `cancelled`.
    package let outcome: String
    package let reason: String?
    package let sqlState: String?
    package let attempts: Int
    package let nextAttempt: String?
    package let newResults: Int
    package let changedResults: Int
    package let missingResults: Int
    package let heldBack: Int
    /// Whether the source still holds an earlier number of the person.
    package let isFoundEarlier: Bool
}

extension Store {
    package func placeOrder(
        for number: PersonNumber, purpose: Purpose, reference: String?, orderedBy: String?
    ) async throws -> PlacedOrder {
        do {
            let row = try await query(
                """
                SELECT order_number, state, is_new, message
                FROM resutveksl.place_order($1, $2, $3, coalesce($4, session_user::text))
                """,
                number.digits, purpose.rawValue, reference, orderedBy
            ).single(Int64.self, String.self, Bool.self, String.self)
            return PlacedOrder(
                number: try orderNumber(row.0), state: try orderState(row.1), isNew: row.2, message: row.3)
        } catch let error as PostgresError where error.isServer("P0002") || error.isServer("22") {
            throw StoreError(.refused, error.message)
        }
    }

    /// Orders, newest first.
    package func orders(in state: OrderState?, limit: Int) async throws -> [OrderSummary] {
        try await summaries(where: "$1::text IS NULL OR o.state = $1", state?.rawValue, limit)
    }

    package func order(_ number: OrderNumber) async throws -> OrderSummary {
        guard let order = try await summaries(where: "o.order_number = $1", number.rawValue, 1).first else {
            throw StoreError(.notFound, "there is no order \(number). List them: resutveksl order list")
        }
        return order
    }

    package func sources(of number: OrderNumber) async throws -> [OrderAtSource] {
        try await query(
            """
            SELECT source, acronym, outcome, reason, sqlstate, attempts, resutveksl.local_minute(next_attempt),
                new_results, changed_results, missing_results, held_back, found_earlier
            FROM resutveksl.order_sources WHERE order_number = $1 ORDER BY source
            """,
            number.rawValue
        ).decode(
            Int32.self, String.self, String.self, String?.self, String?.self, Int.self, String?.self, Int.self,
            Int.self, Int.self, Int.self, Bool.self
        ).compactMap { row in
            InstitutionNumber(rawValue: row.0).map {
                OrderAtSource(
                    source: $0, acronym: row.1, outcome: row.2, reason: row.3, sqlState: row.4, attempts: row.5,
                    nextAttempt: row.6, newResults: row.7, changedResults: row.8, missingResults: row.9,
                    heldBack: row.10, isFoundEarlier: row.11)
            }
        }
    }

    private func summaries(
        where condition: String, _ value: some PostgresEncodable, _ limit: Int
    ) async throws -> [OrderSummary] {
        try await query(
            Statement(
                """
                SELECT o.order_number, o.person, o.purpose, o.reference, o.ordered_by,
                    resutveksl.local_minute(o.ordered_at), o.state, resutveksl.local_minute(o.due_at),
                    resutveksl.local_minute(o.completed_at), o.attempts, o.new_results, o.changed_results,
                    o.missing_results, o.held_back, o.refusal, o.hold_reason,
                    (SELECT unseen_changes FROM resutveksl.order_results r WHERE r.order_number = o.order_number),
                    o.cancel_reason,
                    (SELECT max(sentence) FROM resutveksl.passed_over_orders m WHERE m.order_number = o.order_number)
                FROM resutveksl.order_list o
                WHERE \(condition) ORDER BY o.order_number DESC LIMIT $2
                """), value, limit
        ).decode(
            Int64.self, String.self, String.self, String?.self, String.self, String.self, String.self, String?.self,
            String?.self, Int.self, Int.self, Int.self, Int.self, Int.self, String?.self, String?.self, Int.self,
            String?.self, String?.self
        ).map { row in
            OrderSummary(
                number: try orderNumber(row.0), person: row.1, purpose: row.2, reference: row.3,
                orderedBy: row.4, orderedAt: row.5, state: try orderState(row.6), dueAt: row.7, completedAt: row.8,
                attempts: row.9, newResults: row.10, changedResults: row.11, missingResults: row.12, heldBack: row.13,
                refusal: row.14, holdReason: row.15, unseenChanges: row.16, cancelReason: row.17,
                passedOver: row.18)
        }
    }

    private func orderNumber(_ value: Int64) throws(StoreError) -> OrderNumber {
        guard let number = OrderNumber(rawValue: value) else {
            throw StoreError(.refused, "\(value) is not an order number")
        }
        return number
    }

    private func orderState(_ text: String) throws(StoreError) -> OrderState {
        guard let state = OrderState(rawValue: text) else { throw StoreError(.refused, "unknown order state \(text)") }
        return state
    }
}
