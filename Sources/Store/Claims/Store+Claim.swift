package import Exchange
import Postgres

extension Store {
    /// Takes up to `limit` due orders in one short transaction, with a lease of `lease` on the database clock.
    ///
    /// Orders of persons who have answered no meanwhile are refused here, before anybody is asked. The attempt counts
    /// from here on, so that an order that kills its worker cannot do so for ever.
    ///
    /// - Returns: nil when nothing is due.
    package func claim(run: RunNumber, limit: Int, lease: Duration) async throws -> Claim? {
        try await pool.withTransaction { transaction in
            let sources = try await Source.all(transaction.query(Source.selection)).filter(\.isActive)
            let (value, today) = try await transaction.query(
                """
                SELECT nextval('resutveksl.claim_tokens'), (now() AT TIME ZONE time_zone)::date FROM resutveksl.settings
                """
            ).single(Int64.self, PostgresDate.self)
            guard let token = LeaseToken(rawValue: value), let day = CalendarDay(daysSince2000: today.daysSince2000)
            else { throw StoreError(.refused, "the database gave no claim token") }
            if sources.isEmpty {
                throw StoreError(.configuration, "no source is registered. Register one: resutveksl source add")
            }
            var orders = try await take(limit, under: token, transaction)
            guard !orders.isEmpty else { return nil }
            let count = orders.count
            let refusals = Refusals(orders, sources: sources, on: day)
            try await refuse(refusals, run: run, token: token, transaction)
            orders.removeAll { refusals.reasons[$0.number] != nil }
            let lanes = try await lanes(for: orders, sources: sources, on: day, transaction)
            _ = try await transaction.query(
                """
                INSERT INTO resutveksl.claims (token, run_id, lease_until, orders)
                VALUES ($1, $2, clock_timestamp() + $3, $4)
                """,
                token.rawValue, run.rawValue, lease, orders.count)
            _ = try await transaction.query(
                "INSERT INTO resutveksl.run_sources (token, source, run_id) SELECT $1, unnest($2), $3",
                token.rawValue, lanes.map(\.source.institution.rawValue), run.rawValue)
            return Claim(token: token, run: run, orders: orders, lanes: lanes, refused: count - orders.count)
        }
    }

    private func take(
        _ limit: Int, under token: LeaseToken, _ transaction: Transaction
    ) async throws -> [ClaimedOrder] {
        try await transaction.query(Self.takeDueOrders, token.rawValue, limit).decode(
            Int64.self, Int64.self, String.self, Bool.self, String.self, [String].self, String?.self,
            PostgresDate?.self
        ).compactMap { row in
            guard let number = OrderNumber(rawValue: row.0), let purpose = Purpose(rawValue: row.2) else { return nil }
            return ClaimedOrder(
                number: number, person: row.1,
                numbers: ([row.4] + row.5).compactMap { try? PersonNumber($0) }.filter(\.isUsableBetweenInstitutions),
                purpose: purpose, consent: row.6.flatMap(ConsentAnswer.init(rawValue:)),
                consentedOn: row.7.flatMap { CalendarDay(daysSince2000: $0.daysSince2000) }, asksEverySource: row.3)
        }
    }

    private static let takeDueOrders = Statement(
        prepared: "take_due_orders",
        """
        WITH due AS (
            SELECT order_number FROM resutveksl.orders
            WHERE state IN ('ordered', 'awaiting_retry')
                AND due_at <= now() + (SELECT due_horizon FROM resutveksl.settings)
            ORDER BY due_at, order_number
            LIMIT $2
            FOR NO KEY UPDATE SKIP LOCKED
        ), taken AS (
            UPDATE resutveksl.orders o
            SET state = 'fetching', attempts = o.attempts + 1, claim_token = $1,
                first_token = CASE WHEN o.asks_every_source THEN $1 ELSE o.first_token END
            FROM due WHERE o.order_number = due.order_number
            RETURNING o.order_number, o.person_id, o.purpose, o.asks_every_source
        )
        SELECT t.order_number, t.person_id, t.purpose, t.asks_every_source, p.person_number,
            ARRAY(SELECT c.earlier_number FROM resutveksl.person_number_changes c WHERE c.person_id = t.person_id
                ORDER BY c.changed_on DESC NULLS LAST, c.earlier_number),
            a.answer, a.answered_on
        FROM taken t
        JOIN resutveksl.persons p USING (person_id)
        LEFT JOIN resutveksl.acceptances a USING (person_id)
        ORDER BY t.order_number
        """)

    private func refuse(
        _ refusals: Refusals, run: RunNumber, token: LeaseToken, _ transaction: Transaction
    ) async throws {
        if refusals.reasons.isEmpty { return }
        let reasons = refusals.reasons.sorted { $0.key < $1.key }
        _ = try await transaction.query(
            """
            WITH refused AS (
                UPDATE resutveksl.orders o
                SET state = 'refused', refusal = r.reason, claim_token = NULL, due_at = NULL, completed_at = now(),
                    first_token = CASE WHEN o.asks_every_source THEN NULL ELSE o.first_token END
                FROM unnest($1, $2) AS r (order_number, reason)
                WHERE o.order_number = r.order_number
                RETURNING o.order_number, o.person_id, o.refusal
            ), settled AS (
                UPDATE resutveksl.transfers t
                SET outcome = CASE r.refusal WHEN 'refused' THEN 'refused' ELSE 'no_consent' END, next_attempt = NULL,
                    settled_at = now()
                FROM refused r WHERE t.order_number = r.order_number AND t.next_attempt IS NOT NULL
            )
            INSERT INTO resutveksl.transfer_log (event, run_id, token, order_number, person_id, outcome)
            SELECT 'refused', $3, $4, order_number, person_id, refusal FROM refused
            """,
            reasons.map(\.key.rawValue), reasons.map(\.value), run.rawValue, token.rawValue)
    }

    private func lanes(
        for orders: [ClaimedOrder], sources: [Source], on day: CalendarDay, _ transaction: Transaction
    ) async throws -> [LaneWork] {
        let again = orders.filter { !$0.asksEverySource }
        var sourcesToRetry: [OrderNumber: Set<InstitutionNumber>] = [:]
        if !again.isEmpty {
            let pairs = try await transaction.query(
                """
                SELECT order_number, source FROM resutveksl.transfers
                WHERE order_number = ANY ($1)
                    AND next_attempt <= now() + (SELECT due_horizon FROM resutveksl.settings)
                """,
                again.map(\.number.rawValue)
            ).decode(Int64.self, Int32.self)
            for case (let order?, let source?) in pairs.lazy.map({
                (OrderNumber(rawValue: $0.0), InstitutionNumber(rawValue: $0.1))
            }) {
                sourcesToRetry[order, default: []].insert(source)
            }
        }
        var fingerprints: [InstitutionNumber: [Int64: Fingerprint]] = [:]
        let known = try await transaction.query(
            Statement(
                prepared: "fingerprints",
                "SELECT source, person_id, fingerprint FROM resutveksl.person_sources WHERE person_id = ANY ($1)"),
            orders.map(\.person)
        ).decode(Int32.self, Int64.self, String.self)
        for (source, person, text) in known {
            guard let source = InstitutionNumber(rawValue: source), let fingerprint = Fingerprint(text) else {
                continue
            }
            fingerprints[source, default: [:]][person] = fingerprint
        }
        return sources.compactMap { source in
            let mine = orders.filter {
                $0.asksEverySource || sourcesToRetry[$0.number]?.contains(source.institution) == true
            }
            if mine.isEmpty { return nil }
            let asked = mine.filter { source.consentRule.decide(answer: $0.consent, on: day).outcome == nil }
            let notAsked =
                asked.count == mine.count
                ? [] : mine.filter { source.consentRule.decide(answer: $0.consent, on: day).outcome != nil }
            return LaneWork(
                source: source, orders: asked, fingerprints: fingerprints[source.institution] ?? [:],
                withoutConsent: notAsked)
        }
    }
}

/// Which of the claimed orders are refused as a whole, and why.
struct Refusals {
    /// Values of `orders.refusal`.
    private(set) var reasons: [OrderNumber: String] = [:]

    init(_ orders: [ClaimedOrder], sources: [Source], on day: CalendarDay) {
        for order in orders {
            let outcomes = sources.map { $0.consentRule.decide(answer: order.consent, on: day).outcome }
            if order.numbers.isEmpty {
                reasons[order.number] = "no_number"
            } else if order.consent == .no {
                reasons[order.number] = Outcome.refused.rawValue
            } else if !outcomes.isEmpty, outcomes.allSatisfy({ $0 == .noConsent }) {
                reasons[order.number] = Outcome.noConsent.rawValue
            }
        }
    }
}
