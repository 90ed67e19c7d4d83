import Exchange
import Postgres

/// Moves lanes past sets in which there was nothing to write, as many at once as come while the last statement is under way.
///
/// For one order that is nearly every source: it is known at one or two of fifty, and fifty statements would be most of what
/// the order costs. Nobody waits for company: who comes alone is written alone.
actor LaneMoves {
    /// Guards and moves lanes of one claim in one statement, and ends those whose last set it is.
    ///
    /// $1 token; an element for each lane: $2 source, $3 cursor, $4 asked, $5 found, $6 rows, $7 asked on consent, $8 next set,
    /// $9 whether it ends. Answers with the sources whose lane has moved; none when the claim is not held any more.
    static let advance = Statement(
        prepared: "advance",
        """
        WITH held AS (
            SELECT token FROM resutveksl.claims
            WHERE token = $1 AND ended_at IS NULL AND lease_until > clock_timestamp() FOR KEY SHARE
        ), moved AS (
            UPDATE resutveksl.run_sources l
            SET cursor = m.cursor, next_set = m.next_set, sets = l.sets + 1, asked = l.asked + m.asked,
                found = l.found + m.found, result_rows = l.result_rows + m.result_rows,
                asked_on_consent = l.asked_on_consent + m.on_consent,
                asked_on_legal_basis = l.asked_on_legal_basis + m.asked - m.on_consent,
                started_at = coalesce(l.started_at, now()),
                outcome = CASE WHEN m.is_last THEN 'done' ELSE l.outcome END,
                ended_at = CASE WHEN m.is_last THEN clock_timestamp() ELSE l.ended_at END
            FROM held, unnest($2, $3, $4, $5, $6, $7, $8, $9)
                AS m (source, cursor, asked, found, result_rows, on_consent, next_set, is_last)
            WHERE l.token = held.token AND l.token = $1 AND l.source = m.source AND coalesce(l.cursor < m.cursor, true)
            RETURNING l.source, m.is_last
        ), opened AS (
            -- Whoever has one of them locked is about to say what it says of itself.
            SELECT s.source FROM resutveksl.sources s JOIN moved USING (source)
            WHERE moved.is_last AND s.sharing IS DISTINCT FROM 'open' FOR NO KEY UPDATE OF s SKIP LOCKED
        ), answered AS (
            -- What it says of itself is kept with the day from which on it says so.
            UPDATE resutveksl.sources s SET sharing = 'open', sharing_since = now()
            FROM opened WHERE s.source = opened.source
        )
        SELECT source FROM moved
        """)

    private struct Waiting {
        let set: SetImport
        let continuation: CheckedContinuation<Bool, any Error>
    }

    private let pool: ConnectionPool
    private var waiting: [Waiting] = []
    private var isWriting = false

    init(_ pool: ConnectionPool) { self.pool = pool }

    /// - Returns: whether the lane has moved; if not, the claim is not held any more, or the lane had moved before.
    func move(past set: SetImport) async throws -> Bool {
        try await withCheckedThrowingContinuation { continuation in
            waiting.append(Waiting(set: set, continuation: continuation))
            if isWriting { return }
            isWriting = true
            Task { await self.writeAll() }
        }
    }

    private func writeAll() async {
        while !waiting.isEmpty {
            // More may come until a connection is free.
            var batch: [Waiting] = []
            do {
                let moved = try await pool.withConnection { connection in
                    batch = takeBatch()
                    return try await connection.query(
                        Self.advance, arguments: SetImport.moves(batch.map { ($0.set, ImportCounts()) })
                    ).decode(Int32.self)
                }
                for one in batch { one.continuation.resume(returning: moved.contains(one.set.source.rawValue)) }
            } catch {
                if batch.isEmpty { batch = takeBatch() }
                for one in batch { one.continuation.resume(throwing: error) }
            }
        }
        isWriting = false
    }

    /// All that wait of the claim that has waited longest.
    private func takeBatch() -> [Waiting] {
        let token = waiting.first?.set.token
        let batch = waiting.filter { $0.set.token == token }
        waiting.removeAll { $0.set.token == token }
        return batch
    }
}

extension SetImport {
    /// The parameters of `LaneMoves.advance`; the sets are of one claim and of different sources.
    static func moves(_ sets: [(set: SetImport, counts: ImportCounts)]) -> [any PostgresEncodable] {
        [
            sets.first?.set.token.rawValue, sets.map(\.set.source.rawValue), sets.map(\.set.cursor.rawValue),
            sets.map { Int32($0.set.orders.count) }, sets.map { Int32($0.counts.found) },
            sets.map { Int32($0.counts.rows) }, sets.map { Int32($0.set.orders.count { $0.consent == .yes }) },
            sets.map { Int32(clamping: $0.set.nextSize) }, sets.map(\.set.isLast),
        ]
    }
}
