package import Exchange
import Postgres

extension Store {
    /// Notes the orders that the source is not asked about for want of consent, before anything else in the lane.
    package func beginLane(_ work: LaneWork, token: LeaseToken) async throws {
        if work.withoutConsent.isEmpty { return }
        try await pool.withTransaction { transaction in
            try await Self.hold(token, transaction)
            _ = try await transaction.query(
                """
                INSERT INTO resutveksl.transfers AS t (order_number, source, outcome, attempts)
                SELECT unnest($1), $2, 'no_consent', 0
                ON CONFLICT (order_number, source) DO UPDATE SET outcome = EXCLUDED.outcome, reason = NULL,
                    sqlstate = NULL, next_attempt = NULL, settled_at = now()
                """,
                work.withoutConsent.map(\.number.rawValue), work.source.institution.rawValue)
        }
    }

    /// Ends a lane: what is left of it is settled or rescheduled by one statement, however many orders it is.
    ///
    /// - Parameter remaining: the orders that were not answered about.
    /// - Returns: when the failed ones are due again, as FS shows times.
    package func endLane(
        _ work: LaneWork, _ end: LaneEnd, remaining: ArraySlice<ClaimedOrder>, fault: Fault?, token: LeaseToken,
        run: RunNumber
    ) async throws -> String? {
        let source = work.source.institution
        return try await pool.withTransaction { transaction in
            try await Self.hold(token, transaction)
            var nextAttempt: String?
            switch end {
            case .failed(let outcome, _):
                let fault = fault ?? Fault(outcome: outcome, reason: outcome.sentence)
                nextAttempt = try await Self.fail(
                    remaining.map { ($0.number, fault.reason) }, fault, token: token, source: source, transaction)
                try await Self.close(work, outcome.rawValue, fault, token, run, remaining.count, transaction)
            case .sharingClosed(let sharing, _):
                try await Self.closeSharing(sharing, remaining, source, transaction)
                try await Self.close(work, sharing.rawValue, nil, token, run, remaining.count, transaction)
            case .done:
                try await Self.close(work, "done", nil, token, run, 0, transaction)
            case .stopped:
                try await Self.close(work, "interrupted", nil, token, run, 0, transaction)
            case .tokenLost:
                throw StoreError.stale(token)
            }
            return nextAttempt
        }
    }

    /// Reschedules orders at a source for the same time the next day; after the last day they are given up.
    ///
    /// - Returns: the earliest of their next attempts, as FS shows times.
    @discardableResult
    static func fail(
        _ orders: [(number: OrderNumber, reason: String)], _ fault: Fault, token: LeaseToken, source: InstitutionNumber,
        _ transaction: Transaction
    ) async throws -> String? {
        try await transaction.query(
            Self.reschedule, orders.map(\.number.rawValue), source.rawValue, fault.outcome.rawValue,
            orders.map(\.reason), fault.sqlState, token.rawValue
        ).single(String?.self)
    }

    private static let reschedule = Statement(
        prepared: "reschedule",
        """
        WITH failed AS (
            INSERT INTO resutveksl.transfers AS t (order_number, source, outcome, reason, sqlstate, first_failed_at,
                retry_time, next_attempt)
            SELECT o.order_number, $2, $3, f.reason, $5, c.claimed_at, started.at_time,
                resutveksl.next_attempt(o.due_at, started.at_time, clock_timestamp(), s.due_horizon, s.time_zone)
            FROM unnest($1, $4) AS f (order_number, reason)
            JOIN resutveksl.orders o USING (order_number)
            JOIN resutveksl.claims c ON c.token = $6
            CROSS JOIN resutveksl.settings s
            CROSS JOIN LATERAL (SELECT (c.claimed_at AT TIME ZONE s.time_zone)::time AS at_time) AS started
            ON CONFLICT (order_number, source) DO UPDATE SET
                (outcome, next_attempt) = (
                    SELECT CASE WHEN is_over THEN 'given_up' ELSE EXCLUDED.outcome END,
                        CASE WHEN is_over THEN NULL WHEN t.retry_time IS NULL THEN EXCLUDED.next_attempt
                            ELSE resutveksl.next_attempt(t.next_attempt, t.retry_time, clock_timestamp(), s.due_horizon,
                                s.time_zone) END
                    FROM resutveksl.settings s
                    CROSS JOIN LATERAL (SELECT coalesce(
                        t.first_failed_at <= now() - make_interval(days => s.attempt_days), false) AS is_over) AS o),
                reason = EXCLUDED.reason, sqlstate = EXCLUDED.sqlstate, attempts = t.attempts + 1, settled_at = now(),
                first_failed_at = coalesce(t.first_failed_at, EXCLUDED.first_failed_at),
                retry_time = coalesce(t.retry_time, EXCLUDED.retry_time)
            RETURNING t.order_number, t.source, t.outcome, t.next_attempt, t.reason, t.sqlstate
        ), given_up AS (
            INSERT INTO resutveksl.transfer_log (event, run_id, token, order_number, source, outcome, reason, sqlstate)
            SELECT 'given_up', c.run_id, c.token, f.order_number, f.source, f.outcome, f.reason, f.sqlstate
            FROM failed f JOIN resutveksl.claims c ON c.token = $6
            WHERE f.outcome = 'given_up'
        )
        SELECT resutveksl.local_minute(min(next_attempt)) FROM failed
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
                attempts = attempts + 1, settled_at = now()
            WHERE source = $2 AND order_number = ANY ($1)
            """,
            retried.map(\.number.rawValue), source.rawValue, sharing.rawValue)
    }

    private static func close(
        _ work: LaneWork, _ outcome: String, _ fault: Fault?, _ token: LeaseToken, _ run: RunNumber, _ remaining: Int,
        _ transaction: Transaction
    ) async throws {
        _ = try await transaction.query(
            Statement(
                prepared: "close_lane",
                """
                WITH lane AS (
                    UPDATE resutveksl.run_sources SET outcome = $3, reason = $4, sqlstate = $5,
                        started_at = coalesce(started_at, now()), ended_at = clock_timestamp()
                    WHERE token = $1 AND source = $2
                )
                INSERT INTO resutveksl.transfer_log
                    (event, run_id, token, source, outcome, reason, sqlstate, orders, next_attempt)
                SELECT CASE WHEN $3 IN ('reserved', 'not_open') THEN 'source_closed' ELSE 'source_failed' END,
                    $6, $1, $2, $3, $4, $5, $7,
                    (SELECT min(t.next_attempt) FROM resutveksl.transfers t JOIN resutveksl.orders o USING (order_number)
                     WHERE o.claim_token = $1 AND t.source = $2)
                WHERE $3 NOT IN ('done', 'interrupted')
                """),
            token.rawValue, work.source.institution.rawValue, outcome, fault?.reason, fault?.sqlState, run.rawValue,
            Int32(remaining))
    }
}
