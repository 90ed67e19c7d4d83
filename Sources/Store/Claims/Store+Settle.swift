package import Exchange
import Postgres

/// How many orders a settled claim left in which state.
package struct Settlement: Sendable, Equatable {
    package var completed = 0
    package var awaitingRetry = 0
    package var handedBack = 0

    package init() {}

    package static func + (left: Settlement, right: Settlement) -> Settlement {
        var sum = left
        sum.completed += right.completed
        sum.awaitingRetry += right.awaitingRetry
        sum.handedBack += right.handedBack
        return sum
    }
}

extension Store {
    /// Ends a claim: each of its orders is completed, waits for its next attempt, or is handed back.
    ///
    /// What no lane came to is asked next time and only that: it gets a row with outcome `pending`. An order that no lane
    /// came to at all goes back as it was.
    package func settle(_ token: LeaseToken) async throws -> Settlement {
        try await pool.withTransaction { transaction in
            try await Self.hold(token, transaction)
            return try await Self.letGo(token, transaction)
        }
    }

    /// Takes over what workers that died have left behind.
    ///
    /// - Returns: how many claims were found with their lease run out.
    package func sweep() async throws -> Int {
        try await pool.withTransaction { transaction in
            let tokens = try await transaction.query(
                """
                SELECT token FROM resutveksl.claims WHERE ended_at IS NULL AND lease_until <= clock_timestamp()
                FOR UPDATE SKIP LOCKED
                """
            ).decode(Int64.self).compactMap(LeaseToken.init(rawValue:))
            for token in tokens { _ = try await Self.letGo(token, transaction) }
            return tokens.count
        }
    }

    private static func letGo(_ token: LeaseToken, _ transaction: Transaction) async throws -> Settlement {
        _ = try await transaction.query(handBack, token.rawValue)
        _ = try await transaction.query(keepPending, token.rawValue)
        let states = try await transaction.query(settleOrders, token.rawValue).decode(String.self, Int.self)
        _ = try await transaction.query(endClaim, token.rawValue)
        var settlement = Settlement()
        for (state, count) in states {
            switch OrderState(rawValue: state) {
            case .completed: settlement.completed = count
            case .awaitingRetry: settlement.awaitingRetry = count
            default: settlement.handedBack += count
            }
        }
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
            UPDATE resutveksl.orders o
            SET claim_token = NULL,
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
            WHERE o.claim_token = $1
            RETURNING o.state
        )
        SELECT state, count(*) FROM settled GROUP BY state
        """)

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
