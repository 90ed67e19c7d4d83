package import Exchange
package import Postgres

/// Which of the due orders a claim takes.
package enum ClaimScope: Sendable {
    /// The oldest first, without those that may have killed a worker.
    ///
    /// - Parameter newcomersAfter: what became due after it is left to claims of newcomers; nil for none.
    case backlog(newcomersAfter: PostgresTimestamp? = nil)
    /// Those that became due after a moment: placed while a large run is under way, they do not wait behind it.
    case newcomers(after: PostgresTimestamp)
    /// Those that were in work when a worker died, few at a time, and alone if it happened often.
    ///
    /// - Parameter deaths: at most so many times; nil for any.
    case suspects(deaths: Int?)
}

extension Store {
    /// Takes up to `limit` due orders in one short transaction, with a lease of `lease` on the database clock.
    ///
    /// Orders of persons who have answered no meanwhile are refused here, before anybody is asked. The attempt counts
    /// from here on, so that an order that kills its worker cannot do so for ever.
    ///
    /// - Parameter horizon: what is due within it is taken; nil for the setting `due_horizon`.
    /// - Returns: nil when nothing is due.
    package func claim(
        _ scope: ClaimScope = .backlog(), run: RunNumber, limit: Int, lease: Duration, horizon: Duration? = nil
    ) async throws -> Claim? {
        var tried: LeaseToken?
        return try await patiently { _ in
            // Whether the last try was committed is not known: if it was, nobody works on it.
            if let token = tried { try await abandon(token) }
            guard let token = try await nextToken(scope, horizon) else { return nil }
            tried = token
            return try await pool.withTransaction { transaction in
                try await claim(scope, token, run: run, limit: limit, lease: lease, horizon: horizon, transaction)
            }
        }
    }

    /// Looks before it takes: most looks find nothing, and cost one statement then.
    ///
    /// - Returns: nil when nothing is due.
    private func nextToken(_ scope: ClaimScope, _ horizon: Duration?) async throws -> LeaseToken? {
        let rows =
            switch scope {
            case .backlog(let moment): try await query(Self.lookForBacklog, horizon, moment)
            case .newcomers(let moment): try await query(Self.lookForNewcomers, horizon, moment)
            case .suspects(let deaths): try await query(Self.lookForSuspects, horizon, deaths)
            }
        guard let value = try rows.decode(Int64.self).first else { return nil }
        guard let token = LeaseToken(rawValue: value) else {
            throw StoreError(.refused, "the database gave no claim token")
        }
        return token
    }

    private static let lookForBacklog = look("look_backlog", "worker_deaths = 0 AND NOT (\(isNewcomer("$2")))")
    private static let lookForNewcomers = look("look_newcomers", "worker_deaths = 0 AND \(isNewcomer("$2"))")
    private static let lookForSuspects = look(
        "look_suspects", "worker_deaths > 0 AND worker_deaths <= coalesce($2, worker_deaths)")

    /// $1 horizon.
    private static func look(_ name: String, _ condition: String) -> Statement {
        Statement(
            prepared: name,
            """
            SELECT nextval('resutveksl.claim_tokens') FROM (
                SELECT FROM resutveksl.orders
                WHERE state IN ('ordered', 'awaiting_retry')
                    AND due_at <= now() + coalesce($1, (SELECT due_horizon FROM resutveksl.settings))
                    AND \(condition)
                LIMIT 1
            ) AS due
            """)
    }

    private func claim(
        _ scope: ClaimScope, _ token: LeaseToken, run: RunNumber, limit: Int, lease: Duration, horizon: Duration?,
        _ transaction: Transaction
    ) async throws -> Claim? {
        let askedAt = ContinuousClock.now
        let sources = try await Source.all(transaction.query(Source.selection)).filter(\.isActive)
        if sources.isEmpty {
            throw StoreError(.configuration, "no source is registered. Register one: resutveksl source add")
        }
        let today = try await transaction.query(
            "SELECT (now() AT TIME ZONE time_zone)::date FROM resutveksl.settings"
        ).single(PostgresDate.self)
        guard let day = CalendarDay(daysSince2000: today.daysSince2000) else {
            throw StoreError(.refused, "the database's clock shows no date of our time")
        }
        var orders = try await take(scope, limit, horizon, under: token, transaction)
        guard !orders.isEmpty else { return nil }
        let count = orders.count
        let refusals = Refusals(orders, sources: sources, on: day)
        try await refuse(refusals, run: run, token: token, transaction)
        orders.removeAll { refusals.reasons[$0.number] != nil }
        let (lanes, unasked, again) = try await lanes(
            for: orders, sources: sources, on: day, horizon: horizon, transaction)
        _ = try await transaction.query(
            Statement(
                prepared: "begin_claim",
                """
                WITH claim AS (
                    INSERT INTO resutveksl.claims (token, run_id, lease_until, orders, attempt_at)
                    VALUES ($1, $2, clock_timestamp() + $3, $4,
                        CASE WHEN $5 THEN (SELECT started_at FROM resutveksl.runs WHERE run_id = $2) ELSE now() END)
                )
                INSERT INTO resutveksl.run_sources
                    (token, source, run_id, legal_basis, asked_on_consent, asked_on_legal_basis)
                SELECT $1, unnest($6), $2, unnest($7), 0, 0
                """),
            token.rawValue, run.rawValue, lease, orders.count, horizon == nil,
            lanes.map(\.source.institution.rawValue), lanes.map(\.legalBasis))
        try await keep(orders, again: again, under: token, transaction)
        for (source, orders) in unasked {
            // Otherwise they would be due for ever, and claimed again and again.
            _ = try await Self.fail(
                orders, Fault(.paused, reason: "the source is not active"), token: token, source: source, transaction)
        }
        return Claim(
            token: token, run: run, orders: orders, lanes: lanes, refused: count - orders.count, isFull: count == limit,
            askedAt: askedAt)
    }

    /// When the order became due that so many newer ones are due after; nil when there are not so many.
    ///
    /// What is newer is few: it was placed one by one, while a list of thousands has one moment.
    package func dueBefore(newest count: Int) async throws -> PostgresTimestamp? {
        try await patiently { _ in
            try await query(
                Statement(
                    prepared: "due_before",
                    """
                    SELECT due_at FROM resutveksl.orders
                    WHERE state IN ('ordered', 'awaiting_retry')
                        AND due_at <= now()
                    ORDER BY due_at DESC, order_number DESC OFFSET $1 LIMIT 1
                    """), count
            ).decode(PostgresTimestamp.self).first
        }
    }

    private func take(
        _ scope: ClaimScope, _ limit: Int, _ horizon: Duration?, under token: LeaseToken, _ transaction: Transaction
    ) async throws -> [ClaimedOrder] {
        let rows =
            switch scope {
            case .backlog(let moment):
                try await transaction.query(Self.takeBacklog, token.rawValue, limit, horizon, moment)
            case .newcomers(let moment):
                try await transaction.query(Self.takeNewcomers, token.rawValue, limit, horizon, moment)
            case .suspects(let deaths):
                try await transaction.query(Self.takeSuspects, token.rawValue, limit, horizon, deaths)
            }
        return try rows.decode(
            Int64.self, Int64.self, String.self, Bool.self, String.self, [String].self, String?.self,
            PostgresDate?.self
        ).compactMap { row in
            guard let number = OrderNumber(rawValue: row.0), let purpose = Purpose(rawValue: row.2) else { return nil }
            return ClaimedOrder(
                number: number, person: row.1,
                numbers: ([row.4] + row.5).compactMap { try? PersonNumber($0) }.filter(\.isUsableBetweenInstitutions),
                currentNumber: try? PersonNumber(row.4), purpose: purpose,
                consent: row.6.flatMap(ConsentAnswer.init(rawValue:)),
                consentedOn: row.7.flatMap { CalendarDay(daysSince2000: $0.daysSince2000) }, asksEverySource: row.3)
        }
    }

    private static let takeBacklog = take(
        "take_backlog", "worker_deaths = 0 AND NOT (\(isNewcomer("$4")))", limit: "$2")
    private static let takeNewcomers = take("take_newcomers", "worker_deaths = 0 AND \(isNewcomer("$4"))", limit: "$2")

    /// Without what is only due within the horizon: retries that lie ahead are no newcomers.
    private static func isNewcomer(_ moment: String) -> String {
        "due_at > coalesce(\(moment), 'infinity') AND due_at <= now()"
    }

    /// Those that were caught the fewest times first: 100 together, then 10, then one by one.
    private static let takeSuspects = take(
        "take_suspects",
        """
        worker_deaths = (SELECT min(worker_deaths) FROM resutveksl.orders
            WHERE worker_deaths > 0 AND state IN ('ordered', 'awaiting_retry')
                AND due_at <= now() + coalesce($3, (SELECT due_horizon FROM resutveksl.settings)))
            AND worker_deaths <= coalesce($4, worker_deaths)
        """,
        limit: """
            (SELECT least($2, CASE min(worker_deaths) WHEN 1 THEN 100 WHEN 2 THEN 10 ELSE 1 END) FROM resutveksl.orders
                WHERE worker_deaths > 0 AND state IN ('ordered', 'awaiting_retry')
                    AND due_at <= now() + coalesce($3, (SELECT due_horizon FROM resutveksl.settings)))
            """)

    private static func take(_ name: String, _ condition: String, limit: String) -> Statement {
        Statement(
            prepared: name,
            """
            WITH due AS (
                SELECT order_number FROM resutveksl.orders
                WHERE state IN ('ordered', 'awaiting_retry')
                    AND due_at <= now() + coalesce($3, (SELECT due_horizon FROM resutveksl.settings))
                    AND \(condition)
                ORDER BY due_at, order_number
                LIMIT \(limit)
                FOR NO KEY UPDATE SKIP LOCKED
            ), taken AS (
                UPDATE resutveksl.orders o
                SET state = 'fetching', attempts = o.attempts + 1, claim_token = $1,
                    first_token = CASE WHEN o.asks_every_source THEN $1 ELSE o.first_token END,
                    consented_on = CASE WHEN o.asks_every_source THEN (SELECT a.answered_on FROM resutveksl.acceptances a
                        WHERE a.person_id = o.person_id AND a.answer = 'J') ELSE o.consented_on END
                FROM due WHERE o.order_number = due.order_number
                RETURNING o.order_number, o.person_id, o.purpose, o.asks_every_source
            )
            SELECT t.order_number, t.person_id, t.purpose, t.asks_every_source, p.person_number,
                ARRAY(SELECT c.earlier_number FROM resutveksl.person_number_changes c WHERE c.person_id = t.person_id
                    AND NOT EXISTS (SELECT FROM resutveksl.persons o WHERE o.person_number = c.earlier_number)
                    ORDER BY c.changed_on DESC NULLS LAST, c.earlier_number),
                a.answer, a.answered_on
            FROM taken t
            JOIN resutveksl.persons p USING (person_id)
            LEFT JOIN resutveksl.acceptances a USING (person_id)
            ORDER BY t.order_number
            """)
    }

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
                    settled_at = now(), basis = NULL, reason = NULL, sqlstate = NULL, fault = NULL, phase = NULL,
                    errno = NULL
                FROM refused r WHERE t.order_number = r.order_number AND t.next_attempt IS NOT NULL
            )
            INSERT INTO resutveksl.transfer_log (event, run_id, token, order_number, person_id, outcome)
            SELECT 'refused', $3, $4, order_number, person_id, refusal FROM refused
            """,
            reasons.map(\.key.rawValue), reasons.map(\.value), run.rawValue, token.rawValue)
    }

    private func lanes(
        for orders: [ClaimedOrder], sources: [Source], on day: CalendarDay, horizon: Duration?,
        _ transaction: Transaction
    ) async throws -> (
        lanes: [LaneWork], unasked: [InstitutionNumber: [OrderNumber]], again: [OrderNumber: Set<InstitutionNumber>]
    ) {
        var unasked: [InstitutionNumber: [OrderNumber]] = [:]
        let active = Set(sources.map(\.institution))
        let again = orders.filter { !$0.asksEverySource }
        var sourcesToRetry: [OrderNumber: Set<InstitutionNumber>] = [:]
        if !again.isEmpty {
            let pairs = try await transaction.query(
                """
                SELECT order_number, source FROM resutveksl.transfers
                WHERE order_number = ANY ($1)
                    AND next_attempt <= now() + coalesce($2, (SELECT due_horizon FROM resutveksl.settings))
                """,
                again.map(\.number.rawValue), horizon
            ).decode(Int64.self, Int32.self)
            for case (let order?, let source?) in pairs.lazy.map({
                (OrderNumber(rawValue: $0.0), InstitutionNumber(rawValue: $0.1))
            }) {
                sourcesToRetry[order, default: []].insert(source)
                if !active.contains(source) { unasked[source, default: []].append(order) }
            }
        }
        var fingerprints: [InstitutionNumber: [Int64: Fingerprint?]] = [:]
        let known = try await transaction.query(
            Statement(
                prepared: "fingerprints",
                "SELECT source, person_id, fingerprint FROM resutveksl.person_sources WHERE person_id = ANY ($1)"),
            orders.map(\.person)
        ).decode(Int32.self, Int64.self, String?.self)
        for (source, person, text) in known {
            guard let source = InstitutionNumber(rawValue: source) else { continue }
            fingerprints[source, default: [:]].updateValue(text.flatMap(Fingerprint.init), forKey: person)
        }
        let lanes: [LaneWork] = sources.compactMap { source in
            // Fifty lanes over the same orders share one array.
            let mine =
                again.isEmpty
                ? orders
                : orders.filter {
                    $0.asksEverySource || sourcesToRetry[$0.number]?.contains(source.institution) == true
                }
            if mine.isEmpty { return nil }
            let mayBeAsked = { (order: ClaimedOrder) in
                source.consentRule.decide(answer: order.consent, on: day).outcome == nil
            }
            let isWhole = mine.allSatisfy(mayBeAsked)
            return LaneWork(
                source: source, orders: isWhole ? mine : mine.filter(mayBeAsked),
                fingerprints: fingerprints[source.institution] ?? [:],
                withoutConsent: isWhole ? [] : mine.filter { !mayBeAsked($0) },
                legalBasis: source.consentRule.requiresConsent(on: day) ? nil : source.consentRule.legalBasis)
        }
        return (lanes, unasked, sourcesToRetry)
    }

    /// Keeps on what each order is asked in this claim, and where: the order itself forgets it when it is queued again.
    ///
    /// - Parameter again: the sources of those orders that are not to be asked everywhere.
    private func keep(
        _ orders: [ClaimedOrder], again: [OrderNumber: Set<InstitutionNumber>], under token: LeaseToken,
        _ transaction: Transaction
    ) async throws {
        _ = try await transaction.query(
            Statement(
                prepared: "keep_claim",
                """
                INSERT INTO resutveksl.order_claims (order_number, token, consented_on, sources)
                SELECT order_number, $1, consented_on, sources::integer[]
                FROM unnest($2, $3, $4) AS c (order_number, consented_on, sources)
                """),
            token.rawValue, orders.map(\.number.rawValue),
            orders.map { order in order.consent == .yes ? order.consentedOn.map { PostgresDate($0) } : nil },
            // An array of arrays would have to be a rectangle.
            orders.map { order in
                order.asksEverySource
                    ? nil : "{\((again[order.number] ?? []).sorted().map(\.description).joined(separator: ","))}"
            })
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
