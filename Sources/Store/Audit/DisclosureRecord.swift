package import Postgres

/// A record of disclosures: the one that we keep of what was received, or the one that a source keeps of what it gave.
///
/// Both are chains of blocks of the same make (docs/disclosures.md), under different names, because own database and contract may
/// live in one.
package enum DisclosureRecord: String, Sendable, Encodable {
    case received
    case given

    private var blocks: String { self == .received ? "received_blocks" : "disclosure_blocks" }
    private var chains: String { self == .received ? "received_chains" : "disclosure_chains" }
    private var verifying: String { self == .received ? "verify_received" : "verify_disclosures" }
    private var cutting: String { self == .received ? "cut_received" : "cut_disclosures" }

    /// Looks at every row, block and chain.
    ///
    /// - Parameter known: ends of chains as they were told earlier and kept elsewhere: they must still be part of the record.
    package func verify(_ connection: Connection, known: [ChainEnd]) async throws -> VerifiedRecord {
        // One snapshot for all of it: a run may go on meanwhile.
        try await connection.withTransaction { transaction in
            try await transaction.execute(script: "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            let chains = try await chainEnds(transaction)
            var findings = try await findings(transaction)
            findings += try await rewritten(known, transaction)
            return VerifiedRecord(record: self, chains: chains, findings: findings)
        }
    }

    /// Cuts what was recorded before a day, and leaves a checkpoint.
    ///
    /// - Parameter day: what was recorded on it stays.
    /// - Throws: `StoreError` with a sentence when it must not be cut.
    package func cut(
        _ connection: Connection, until day: PostgresDate, signedOffBy name: String, remark: String?
    ) async throws -> (blocks: Int64, entries: Int64) {
        do throws(PostgresError) {
            return try await connection.query(
                Statement(
                    """
                    SELECT blocks, entries
                    FROM resutveksl.\(cutting)($1::timestamp AT TIME ZONE 'Europe/Oslo', $2, $3)
                    """), day, name, remark, timeout: .seconds(3600)
            ).single(Int64.self, Int64.self)
        } catch {
            let isRefused = error.isServer("22") || error.isServer("55")
            throw isRefused ? StoreError(.refused, error.message) : error
        }
    }

    private func chainEnds(_ transaction: Transaction) async throws -> [VerifiedRecord.Chain] {
        try await transaction.query(
            Statement(
                """
                SELECT c.chain, c.last_block, encode(c.last_hash, 'hex'), count(b.block),
                    coalesce(sum(b.entries), 0)::bigint, to_char(max(b.cut_until) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                    (array_agg(b.signed_off_by ORDER BY b.block DESC) FILTER (WHERE b.cut_block IS NOT NULL))[1]
                FROM resutveksl.\(chains) c LEFT JOIN resutveksl.\(blocks) b ON b.chain = c.chain
                GROUP BY c.chain, c.last_block, c.last_hash ORDER BY c.chain
                """)
        ).decode(Int32.self, Int64.self, String.self, Int64.self, Int64.self, String?.self, String?.self).map { row in
            VerifiedRecord.Chain(
                chain: row.0, block: row.1, hash: row.2, blocks: row.3, entries: row.4, cutUntil: row.5,
                signedOffBy: row.6)
        }
    }

    private func findings(_ transaction: Transaction) async throws -> [VerifiedRecord.Finding] {
        let requester = self == .given ? "requester" : "NULL::int"
        return try await transaction.query(
            Statement(
                """
                SELECT finding, chain, block, \(requester),
                    to_char(sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), detail
                FROM resutveksl.\(verifying)()
                """), timeout: .seconds(3600)
        ).decode(String.self, Int32?.self, Int64?.self, Int32?.self, String?.self, String.self).map { row in
            VerifiedRecord.Finding(
                finding: row.0, chain: row.1, block: row.2, requester: row.3, at: row.4, detail: row.5)
        }
    }

    /// Ends that were told once and are in no chain now, and were not cut with a checkpoint either.
    private func rewritten(_ known: [ChainEnd], _ transaction: Transaction) async throws -> [VerifiedRecord.Finding] {
        if known.isEmpty { return [] }
        return try await transaction.query(
            Statement(
                """
                SELECT k.chain, k.block FROM unnest($1, $2, $3) AS k (chain, block, hash)
                WHERE k.block > 0 AND NOT EXISTS (SELECT FROM resutveksl.\(blocks) b
                    WHERE b.chain = k.chain AND (b.block = k.block AND encode(b.hash, 'hex') = k.hash
                        OR b.cut_block > k.block OR b.cut_block = k.block AND encode(b.cut_hash, 'hex') = k.hash))
                ORDER BY 1
                """), known.map(\.chain), known.map(\.block), known.map(\.hash)
        ).decode(Int32.self, Int64.self).map { row in
            VerifiedRecord.Finding(
                finding: "rewritten", chain: row.0, block: row.1, requester: nil, at: nil,
                detail: "block \(row.1) was told before, and is gone or another")
        }
    }
}
