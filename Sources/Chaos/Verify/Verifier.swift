import DevCluster
import Foundation
import Postgres

/// Computes what ought to be from the sources' FS tables, and compares it with what is.
///
/// The comparison itself is SQL (`sql/verifier.sql`, `sql/violations.sql`), in a schema of its own beside the program's.
struct Verifier: Sendable {
    let site: Site

    /// Puts the verifier's schema into the own database, before the first worker starts.
    static func install(_ connection: Connection) async throws {
        for script in [PackageResources.verifier_sql, PackageResources.violations_sql] {
            try await connection.execute(script: String(decoding: script, as: UTF8.self))
        }
    }

    /// Reads what every source holds now, which is the truth until the round ends.
    func readTruth() async throws {
        var truths: [(Int32, String)] = []
        let query = Statement(String(decoding: PackageResources.truth_sql, as: UTF8.self))
        for source in site.sources {
            let truth = try await source.withOwner { connection in
                try await connection.query(query, timeout: .seconds(300)).single(String.self)
            }
            truths.append((source.institution, truth))
        }
        let read = truths
        try await site.withOwn { connection in
            try await connection.execute(script: "TRUNCATE chaos.sources, chaos.known, chaos.truth")
            for (source, truth) in read {
                _ = try await connection.query(
                    "SELECT chaos.load($1, $2::text::jsonb)", source, truth, timeout: .seconds(300))
            }
            try await connection.execute(script: "ANALYZE chaos.sources, chaos.known, chaos.truth, chaos.stored")
        }
    }

    /// Begins a round: what is ordered from now on is compared with the truth of now.
    func beginRound() async throws {
        try await readTruth()
        try await site.own(
            """
            UPDATE chaos.round SET first_order = greatest(first_order, (SELECT coalesce(max(order_number), 0) + 1
                FROM resutveksl.orders));
            DELETE FROM chaos.writes;
            """)
    }

    /// Everything that is not as it ought to be, once everything was drained.
    func violations() async throws -> [Violation] {
        try await readDisclosures()
        return try await site.withOwn { connection in
            _ = try await connection.query("SELECT chaos.compare()", timeout: .seconds(300))
            return try Self.read(await connection.query(Self.selection, timeout: .seconds(300)))
        }
    }

    /// Everything that is not as it ought to be while some sources are faulted and the rest was drained.
    ///
    /// - Parameter outcomes: what may have become of the orders at the faulted sources.
    func violations(faulted: [Int32], outcomes: [String]) async throws -> [Violation] {
        try await site.withOwn { connection in
            _ = try await connection.query("SELECT chaos.compare()", timeout: .seconds(300))
            return try Self.read(
                await connection.query(
                    """
                    SELECT kind, rule, order_number, source, detail FROM chaos.fault_violations($1, $2)
                    ORDER BY kind, rule, order_number, source
                    """, faulted, outcomes, timeout: .seconds(300)))
        }
    }

    /// Ends the round: what it brought is what the next one finds.
    func endRound() async throws { try await site.own("SELECT chaos.end_round()") }

    private func readDisclosures() async throws {
        try await site.own("TRUNCATE chaos.disclosures")
        let first = try await site.value("SELECT first_order FROM chaos.round", as: Int64.self)
        for source in site.sources {
            let (orders, times) = try await source.withOwner { connection in
                try await connection.query(
                    """
                    SELECT coalesce(array_agg(ref), '{}'),
                        coalesce(array_agg((extract(epoch FROM disclosed_at) * 1000000)::bigint), '{}')
                    FROM resutveksl.disclosures WHERE ref >= $1 AND ref < $2
                    """, first, (first / Site.orderSpan + 1) * Site.orderSpan
                ).single([Int64].self, [Int64].self)
            }
            try await site.withOwn { connection in
                _ = try await connection.query(
                    """
                    INSERT INTO chaos.disclosures SELECT $1, ref, timestamptz 'epoch' + at * interval '1 microsecond'
                    FROM unnest($2, $3) AS d (ref, at)
                    """, source.institution, orders, times)
            }
        }
    }

    static let selection: Statement = """
        SELECT kind, rule, order_number, source, detail FROM chaos.violations ORDER BY kind, rule, order_number, source
        """

    static func read(_ rows: Rows) throws -> [Violation] {
        try rows.decode(String.self, String.self, Int64?.self, Int32?.self, String?.self).map { row in
            Violation(
                kind: Violation.Kind(rawValue: row.0) ?? .wrong, rule: row.1, order: row.2, source: row.3,
                detail: row.4)
        }
    }
}
