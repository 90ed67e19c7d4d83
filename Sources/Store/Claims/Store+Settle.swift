package import Exchange
import Postgres

/// How many orders a settled claim left in which state.
package struct Settlement: Sendable, Equatable {
    package var completed = 0
    package var awaitingRetry = 0
    package var handedBack = 0
    /// Kept from workers from now on, because several died over them.
    package var held = 0

    package init() {}

    /// - Parameter states: how many orders came to each state.
    init(_ states: [(String, Int)]) {
        for (state, count) in states {
            switch OrderState(rawValue: state) {
            case .completed: completed = count
            case .awaitingRetry: awaitingRetry = count
            default: handedBack += count
            }
        }
    }

    package static func + (left: Settlement, right: Settlement) -> Settlement {
        var sum = left
        sum.completed += right.completed
        sum.awaitingRetry += right.awaitingRetry
        sum.handedBack += right.handedBack
        sum.held += right.held
        return sum
    }
}

/// What was found of workers that had died.
package struct Swept: Sendable, Equatable {
    package var claims = 0
    /// Orders that were held, because several workers died over them.
    package var held = 0

    package init() {}
}

extension Store {
    /// Ends a claim: each of its orders is completed, waits for its next attempt, or is handed back.
    ///
    /// What no lane came to is asked next time and only that: it gets a row with outcome `pending`. An order that no lane
    /// came to at all goes back as it was.
    ///
    /// - Parameter isWhole: whether every lane of it has ended, so that there is nothing of that kind.
    package func settle(_ token: LeaseToken, isWhole: Bool = false) async throws -> Settlement {
        try await patiently { isRepeated in
            if isWhole { return try await settleWhole(token, isRepeated: isRepeated) }
            return try await pool.withTransaction { transaction in
                do {
                    try await Self.hold(token, transaction)
                } catch let error as StoreError where isRepeated && error.code == .staleToken {
                    // The first try may have been committed without our hearing of it. If it was not, the lease has run
                    // out and whoever sweeps settles the claim.
                    return Settlement()
                }
                return try await Self.letGo(token, transaction)
            }
        }
    }

    private func settleWhole(_ token: LeaseToken, isRepeated: Bool) async throws -> Settlement {
        let states = try await query(Self.settleAtOnce, token.rawValue).decode(String?.self, Int.self)
        // A row without state stands for the claim itself. When it is not there after a repetition, the first try was
        // committed without our hearing of it, or whoever swept has settled the claim.
        guard states.contains(where: { $0.0 == nil }) || isRepeated else { throw StoreError.stale(token) }
        return Settlement(states.compactMap { state, count in state.map { ($0, count) } })
    }

    /// Takes over what workers that died have left behind.
    ///
    /// What may have killed them is counted, and held when it did so too often.
    ///
    /// - Parameter living: claims of this process, which has been away and is not dead.
    package func sweep(living: Set<LeaseToken> = []) async throws -> Swept {
        try await patiently { _ in
            var swept = Swept()
            while let (isDead, held) = try await sweepOne(living) {
                swept.claims += isDead ? 1 : 0
                swept.held += held
            }
            return swept
        }
    }

    /// - Returns: nil when no claim is left whose lease has run out.
    private func sweepOne(_ living: Set<LeaseToken>) async throws -> (isDead: Bool, held: Int)? {
        try await pool.withTransaction { transaction in
            let found = try await transaction.query(
                """
                SELECT token, ARRAY(SELECT order_number FROM resutveksl.orders WHERE claim_token = token)
                FROM resutveksl.claims WHERE ended_at IS NULL AND lease_until <= clock_timestamp()
                ORDER BY token LIMIT 1 FOR UPDATE SKIP LOCKED
                """
            ).decode(Int64.self, [Int64].self).first
            guard let (value, orders) = found, let token = LeaseToken(rawValue: value) else { return nil }
            let isDead = !living.contains(token)
            let held = try await Self.letGo(token, died: isDead ? orders : nil, transaction).held
            _ = try await transaction.query(
                "INSERT INTO resutveksl.transfer_log (event, token, orders) VALUES ('taken_over', $1, $2)",
                token.rawValue, Int32(clamping: orders.count))
            return (isDead, held)
        }
    }

    /// Gives back a claim of which it is not known whether it was committed.
    func abandon(_ token: LeaseToken) async throws {
        try await pool.withTransaction { transaction in
            let rows = try await transaction.query(
                "SELECT FROM resutveksl.claims WHERE token = $1 AND ended_at IS NULL FOR UPDATE", token.rawValue)
            if !rows.isEmpty { _ = try await Self.letGo(token, transaction) }
        }
    }

    /// - Parameter died: the claim's orders, when its worker is taken for dead.
    private static func letGo(
        _ token: LeaseToken, died: [Int64]? = nil, _ transaction: Transaction
    ) async throws -> Settlement {
        _ = try await transaction.query(handBack, token.rawValue)
        _ = try await transaction.query(keepPending, token.rawValue)
        let states = try await transaction.query(settleOrders, token.rawValue, died == nil).decode(
            String.self, Int.self)
        var settlement = Settlement(states)
        if let died {
            settlement.held = try await transaction.query(
                "SELECT resutveksl.note_worker_death($1, $2)", token.rawValue, died
            ).single(Int.self)
        }
        _ = try await transaction.query(endClaim, token.rawValue)
        return settlement
    }

    /// Orders that every lane of the claim would still have had before it: nothing about them is known yet.
    private static let handBack = Statement(
        prepared: "settle_hand_back",
        """
        WITH reached AS (
            SELECT coalesce(max(CASE WHEN outcome IS NOT NULL AND outcome <> 'interrupted' THEN 'infinity'::float8
                ELSE cursor END), 0) AS cursor
            FROM resutveksl.run_sources WHERE token = $1
        )
        UPDATE resutveksl.orders o SET first_token = NULL
        FROM reached
        WHERE o.claim_token = $1 AND o.first_token = $1 AND o.order_number > reached.cursor
        """)

    private static let keepPending = Statement(
        prepared: "settle_keep_pending",
        """
        INSERT INTO resutveksl.transfers (order_number, source, outcome, next_attempt, attempts)
        SELECT o.order_number, l.source, 'pending', now(), 0
        FROM resutveksl.orders o
        JOIN resutveksl.run_sources l ON l.token = $1
        WHERE o.claim_token = $1 AND o.first_token = $1
            AND (l.outcome IS NULL OR l.outcome = 'interrupted')
            AND (l.cursor IS NULL OR o.order_number > l.cursor)
        ON CONFLICT (order_number, source) DO NOTHING
        """)

    private static let settleOrders = Statement(
        prepared: "settle_orders",
        """
        WITH settled AS (
            \(settling("FROM (SELECT $1::bigint AS token) AS held", areAlive: "$2"))
        ), logged AS (
            \(loggingCompleted)
        )
        SELECT state, count(*) FROM settled GROUP BY state
        """)

    /// The same, guarded, with the end of the claim.
    private static let settleAtOnce = Statement(
        prepared: "settle_at_once",
        """
        WITH held AS (
            SELECT token FROM resutveksl.claims
            WHERE token = $1 AND ended_at IS NULL AND lease_until > clock_timestamp() FOR NO KEY UPDATE
        ), settled AS (
            \(settling("FROM held", areAlive: "true"))
        ), logged AS (
            \(loggingCompleted)
        ), ended AS (
            UPDATE resutveksl.claims c SET ended_at = clock_timestamp() FROM held WHERE c.token = held.token
        )
        SELECT state, count(*) FROM settled GROUP BY state
        UNION ALL SELECT NULL, count(*) FROM held HAVING count(*) > 0
        """)

    private static func settling(_ from: String, areAlive: String) -> String {
        """
        UPDATE resutveksl.orders o
        SET claim_token = NULL, worker_deaths = CASE WHEN \(areAlive) THEN 0 ELSE o.worker_deaths END,
            asks_every_source = o.asks_every_source AND o.first_token IS NULL,
            (state, due_at, completed_at, new_results, changed_results, missing_results, held_back) = (
                SELECT CASE WHEN o.asks_every_source AND o.first_token IS NULL THEN 'ordered'
                        WHEN min(t.next_attempt) IS NULL THEN 'completed' ELSE 'awaiting_retry' END,
                    CASE WHEN o.asks_every_source AND o.first_token IS NULL THEN o.due_at
                        ELSE min(t.next_attempt) END,
                    CASE WHEN min(t.next_attempt) IS NULL AND o.first_token IS NOT NULL THEN now() END,
                    coalesce(sum(t.new_results), 0), coalesce(sum(t.changed_results), 0),
                    coalesce(sum(t.missing_results), 0), coalesce(sum(t.held_back), 0)
                FROM resutveksl.transfers t WHERE t.order_number = o.order_number)
        \(from) WHERE o.claim_token = held.token
        RETURNING o.order_number, o.person_id, o.state
        """
    }

    private static let loggingCompleted = """
        INSERT INTO resutveksl.transfer_log (event, run_id, token, order_number, person_id)
        SELECT 'completed', c.run_id, c.token, s.order_number, s.person_id
        FROM settled s JOIN resutveksl.claims c ON c.token = $1
        WHERE s.state = 'completed'
        """

    private static let endClaim = Statement(
        prepared: "settle_end_claim",
        """
        WITH lanes AS (
            UPDATE resutveksl.run_sources SET outcome = 'interrupted', ended_at = clock_timestamp()
            WHERE token = $1 AND outcome IS NULL
        )
        UPDATE resutveksl.claims SET ended_at = clock_timestamp() WHERE token = $1
        """)
}
