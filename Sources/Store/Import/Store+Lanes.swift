package import Exchange
import Postgres

/// What became of orders that a source could not be asked about.
package struct Rescheduled: Sendable, Equatable {
    /// The earliest of their next attempts, as FS shows times.
    package var nextAttempt: String?
    /// How many of them will not be asked again by themselves.
    package var gaveUp = 0
}

extension Store {
    /// Notes the orders that the source is not asked about for want of consent, before anything else in the lane.
    package func beginLane(_ work: LaneWork, token: LeaseToken) async throws {
        if work.withoutConsent.isEmpty { return }
        try await patiently { _ in
            try await pool.withTransaction { transaction in
                try await Self.hold(token, transaction)
                _ = try await transaction.query(
                    """
                    INSERT INTO resutveksl.transfers AS t (order_number, source, outcome, attempts)
                    SELECT unnest($1), $2, 'no_consent', 0
                    ON CONFLICT (order_number, source) DO UPDATE SET outcome = EXCLUDED.outcome, reason = NULL, basis = NULL,
                        sqlstate = NULL, fault = NULL, phase = NULL, errno = NULL, next_attempt = NULL, settled_at = now()
                    """,
                    work.withoutConsent.map(\.number.rawValue), work.source.institution.rawValue)
            }
        }
    }

    /// Notes over how many of the claim's orders a lane's first set goes, before it is asked about: they are the suspects if the
    /// worker dies of one of them.
    package func note(firstSet size: Int, of work: LaneWork, token: LeaseToken) async throws {
        try await patiently { _ in
            _ = try await query(
                Statement(
                    prepared: "first_set",
                    """
                    UPDATE resutveksl.run_sources SET next_set = $3
                    WHERE token = $1 AND source = $2 AND outcome IS NULL
                    """), token.rawValue, work.source.institution.rawValue, Int32(clamping: size))
        }
    }

    /// Ends a lane: what is left of it is settled or rescheduled by one statement, however many orders it is.
    ///
    /// - Parameter remaining: the orders that were not answered about.
    package func endLane(
        _ work: LaneWork, _ end: LaneEnd, remaining: ArraySlice<ClaimedOrder>, fault: Fault?, token: LeaseToken
    ) async throws -> Rescheduled {
        if case .failed(let outcome, _) = end {
            let failure = LaneFailure(
                source: work.source.institution, outcome: outcome,
                fault: fault ?? Fault(.serverError, reason: outcome.sentence), token: token,
                orders: remaining.map(\.number))
            return try await patiently { isRepeated in
                if !isRepeated, let ended = try await laneFailures.end(failure) { return ended }
                let ended = try await pool.withTransaction { try await LaneFailures.end([failure], $0) }
                guard let rescheduled = ended[token] else { throw StoreError.stale(token) }
                return rescheduled
            }
        }
        return try await patiently { isRepeated in
            try await pool.withTransaction { transaction in
                try await Self.hold(token, transaction)
                if isRepeated, try await !Self.ended([token], work.source.institution, transaction).isEmpty {
                    return Rescheduled()
                }
                try await Self.end(work, end, remaining, token, transaction)
                return Rescheduled()
            }
        }
    }

    private static func end(
        _ work: LaneWork, _ end: LaneEnd, _ remaining: ArraySlice<ClaimedOrder>, _ token: LeaseToken,
        _ transaction: Transaction
    ) async throws {
        let source = work.source.institution
        var outcome = "done"
        var left = 0
        switch end {
        case .sharingClosed(let sharing, _):
            try await closeSharing(sharing, remaining, source, transaction)
            outcome = sharing.rawValue
            left = remaining.count
        case .done: break
        case .stopped: outcome = "interrupted"
        case .failed, .tokenLost: throw StoreError.stale(token)
        }
        try await close([(token, left)], source, outcome, nil, transaction)
    }

    /// Which claims' lanes to a source have ended already, without our having heard of it.
    ///
    /// Waits for a transaction that may be ending one of them at this moment: one whose connection broke while it was committed.
    static func ended(
        _ tokens: [LeaseToken], _ source: InstitutionNumber, _ transaction: Transaction
    ) async throws -> Set<LeaseToken> {
        let ended = try await transaction.query(
            Statement(
                prepared: "ended",
                """
                SELECT token, outcome IS NOT NULL FROM resutveksl.run_sources
                WHERE token = ANY ($1) AND source = $2 FOR NO KEY UPDATE
                """), tokens.map(\.rawValue), source.rawValue
        ).decode(Int64.self, Bool.self)
        return Set(ended.lazy.filter(\.1).compactMap { LeaseToken(rawValue: $0.0) })
    }

    /// Reschedules orders at a source for the same time the next day; after the last day they are given up.
    static func fail(
        _ orders: [OrderNumber], _ fault: Fault, token: LeaseToken, source: InstitutionNumber,
        _ transaction: Transaction
    ) async throws -> Rescheduled {
        try await fail(orders.map { ($0, token) }, fault, source: source, transaction)[token] ?? Rescheduled()
    }

    /// - Parameter orders: each with the claim that it is in.
    static func fail(
        _ orders: [(number: OrderNumber, token: LeaseToken)], _ fault: Fault, source: InstitutionNumber,
        _ transaction: Transaction
    ) async throws -> [LeaseToken: Rescheduled] {
        if orders.isEmpty { return [:] }
        let rows = try await transaction.query(
            Self.reschedule, orders.map(\.number.rawValue), source.rawValue, fault.outcome.rawValue, fault.reason,
            fault.sqlState, orders.map(\.token.rawValue), fault.kind.rawValue, fault.phase, fault.errno,
            fault.kind.attemptCost.rawValue
        ).decode(Int64.self, String?.self, Int.self)
        var rescheduled: [LeaseToken: Rescheduled] = [:]
        for (token, next, gaveUp) in rows {
            guard let token = LeaseToken(rawValue: token) else { continue }
            rescheduled[token] = Rescheduled(nextAttempt: next, gaveUp: gaveUp)
        }
        return rescheduled
    }

    /// $1 orders, $2 source, $3 outcome, $4 reason, $5 SQLSTATE, $6 the orders' tokens, $7 fault, $8 phase, $9 errno, $10 what the attempt
    /// counts towards.
    private static let reschedule = Statement(
        prepared: "reschedule",
        """
        WITH failed AS (
            INSERT INTO resutveksl.transfers AS t (order_number, source, outcome, reason, sqlstate, fault, phase, errno,
                first_failed_at, retry_time, attempt_days, outage_days, counted_on, attempt_tokens, next_attempt)
            SELECT o.order_number, $2, CASE WHEN is_over THEN 'given_up' ELSE $3 END, $4, $5, $7, $8, $9, c.claimed_at,
                started.at_time, cost.attempt_days, cost.outage_days, cost.counted_on, ARRAY[f.token],
                CASE WHEN NOT is_over THEN resutveksl.next_attempt(o.due_at, started.at_time, clock_timestamp(),
                    s.due_horizon, s.time_zone) END
            FROM unnest($1, $6) AS f (order_number, token)
            JOIN resutveksl.orders o USING (order_number)
            JOIN resutveksl.claims c ON c.token = f.token
            CROSS JOIN resutveksl.settings s
            CROSS JOIN LATERAL (SELECT (c.attempt_at AT TIME ZONE s.time_zone)::time AS at_time,
                (c.attempt_at AT TIME ZONE s.time_zone)::date AS on_day) AS started
            CROSS JOIN LATERAL (SELECT ($10 = 'attempt_day')::integer AS attempt_days,
                ($10 = 'outage_day')::integer AS outage_days,
                CASE WHEN $10 <> 'nothing' THEN started.on_day END AS counted_on) AS cost
            CROSS JOIN LATERAL (SELECT cost.attempt_days >= s.attempt_days
                OR cost.attempt_days + cost.outage_days >= s.outage_days AS is_over) AS o2
            ON CONFLICT (order_number, source) DO UPDATE SET
                (outcome, next_attempt, attempt_days, outage_days, counted_on) = (
                    SELECT CASE WHEN is_over THEN 'given_up' ELSE $3 END,
                        CASE WHEN is_over THEN NULL
                            ELSE resutveksl.next_attempt(
                                CASE WHEN t.retry_time IS NULL THEN o.due_at ELSE t.next_attempt END,
                                coalesce(t.retry_time, EXCLUDED.retry_time), clock_timestamp(), s.due_horizon,
                                s.time_zone) END,
                        days.attempts, days.outages, coalesce(EXCLUDED.counted_on, t.counted_on)
                    FROM resutveksl.settings s
                    JOIN resutveksl.orders o ON o.order_number = EXCLUDED.order_number
                    CROSS JOIN LATERAL (SELECT (t.counted_on IS DISTINCT FROM EXCLUDED.counted_on)::integer AS is_new) AS d
                    CROSS JOIN LATERAL (SELECT t.attempt_days + is_new * EXCLUDED.attempt_days AS attempts,
                        t.outage_days + is_new * EXCLUDED.outage_days AS outages) AS days
                    CROSS JOIN LATERAL (SELECT $10 <> 'nothing' AND (days.attempts >= s.attempt_days
                        OR days.attempts + days.outages >= s.outage_days) AS is_over) AS e),
                reason = EXCLUDED.reason, sqlstate = EXCLUDED.sqlstate, fault = EXCLUDED.fault, phase = EXCLUDED.phase,
                errno = EXCLUDED.errno, attempts = t.attempts + 1, settled_at = now(),
                attempt_tokens = t.attempt_tokens || EXCLUDED.attempt_tokens,
                first_failed_at = coalesce(t.first_failed_at, EXCLUDED.first_failed_at),
                retry_time = coalesce(t.retry_time, EXCLUDED.retry_time)
            RETURNING t.*, t.attempt_tokens[cardinality(t.attempt_tokens)] AS token
        ), given_up AS (
            INSERT INTO resutveksl.transfer_log (event, run_id, token, order_number, source, outcome, reason, sqlstate,
                fault, phase, errno)
            SELECT 'given_up', c.run_id, c.token, f.order_number, f.source, f.outcome, f.reason, f.sqlstate, f.fault,
                f.phase, f.errno
            FROM failed f JOIN resutveksl.claims c USING (token)
            WHERE f.outcome = 'given_up'
        )
        SELECT token, resutveksl.local_minute(min(next_attempt)), count(*) FILTER (WHERE outcome = 'given_up')
        FROM failed GROUP BY token
        """)

    /// The source closed: what had failed there before is settled by it.
    ///
    /// Other orders are told from the lane.
    private static func closeSharing(
        _ sharing: Sharing, _ remaining: ArraySlice<ClaimedOrder>, _ source: InstitutionNumber,
        _ transaction: Transaction
    ) async throws {
        let retried = remaining.filter { !$0.asksEverySource }
        if retried.isEmpty { return }
        _ = try await transaction.query(
            """
            UPDATE resutveksl.transfers SET outcome = $3, next_attempt = NULL, reason = NULL, sqlstate = NULL,
                fault = NULL, phase = NULL, errno = NULL, attempts = attempts + 1, settled_at = now()
            WHERE source = $2 AND order_number = ANY ($1)
            """,
            retried.map(\.number.rawValue), source.rawValue, sharing.rawValue)
    }

    /// - Parameter lanes: the claims whose lanes to the source end, each with the number of orders that were not answered about.
    static func close(
        _ lanes: [(token: LeaseToken, left: Int)], _ source: InstitutionNumber, _ outcome: String, _ fault: Fault?,
        _ transaction: Transaction
    ) async throws {
        _ = try await transaction.query(
            Statement(
                prepared: "close_lane",
                """
                WITH lane AS (
                    UPDATE resutveksl.run_sources l SET outcome = $3, reason = $4, sqlstate = $5,
                        fault = $7, phase = $8, errno = $9, started_at = coalesce(started_at, now()), ended_at = clock_timestamp()
                    FROM unnest($1, $6) AS e (token, remaining)
                    WHERE l.token = e.token AND l.source = $2
                    RETURNING l.source, l.token, l.run_id, e.remaining,
                        CASE WHEN $3 <> 'done' THEN $3 WHEN asked > 0 THEN 'open' END AS sharing
                ), answered AS (
                    -- What it says of itself is kept with the day from which on it says so.
                    UPDATE resutveksl.sources s SET sharing = lane.sharing, sharing_since = now()
                    FROM lane WHERE s.source = lane.source AND lane.sharing IN ('open', 'reserved', 'not_open')
                        AND s.sharing IS DISTINCT FROM lane.sharing
                )
                INSERT INTO resutveksl.transfer_log
                    (event, run_id, token, source, outcome, reason, sqlstate, fault, phase, errno, orders, next_attempt)
                SELECT CASE WHEN $3 IN ('reserved', 'not_open') THEN 'source_closed' ELSE 'source_failed' END,
                    lane.run_id, lane.token, $2, $3, $4, $5, $7, $8, $9, lane.remaining,
                    (SELECT min(t.next_attempt) FROM resutveksl.transfers t JOIN resutveksl.orders o USING (order_number)
                     WHERE o.claim_token = lane.token AND t.source = $2)
                FROM lane WHERE $3 NOT IN ('done', 'interrupted')
                """),
            lanes.map(\.token.rawValue), source.rawValue, outcome, fault?.reason, fault?.sqlState,
            lanes.map { Int32($0.left) }, fault?.kind.rawValue, fault?.phase, fault?.errno)
    }
}
