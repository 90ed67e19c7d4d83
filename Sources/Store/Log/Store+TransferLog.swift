import Exchange
import Postgres

extension Store {
    /// Entries of the transfer log: the newest, oldest first.
    package func transferLog(_ search: TransferLogSearch) async throws -> [TransferLogEntry] {
        let (conditions, parameters) = search.conditions
        return try await entries(where: conditions, parameters, limit: search.limit)
    }

    /// - Parameter floor: nothing that an earlier transaction wrote; nil for everything.
    func entries(
        where conditions: [String], _ parameters: [any PostgresEncodable], limit: Int?, from floor: UInt64? = nil
    ) async throws -> [TransferLogEntry] {
        var conditions = conditions
        if let floor {
            conditions.append("\(Self.transaction) >= \(floor)")
            // For the planner: partitions of other months are not looked into.
            conditions.append("l.logged_at > now() - interval '1 day'")
        }
        let text = """
            WITH now_in AS (
                SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next
            ), found AS (
                SELECT l.*, l.tableoid::text || ' ' || l.ctid::text AS place, \(Self.transaction) AS writer
                FROM resutveksl.transfer_log l CROSS JOIN now_in n
                \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
                ORDER BY l.logged_at DESC \(limit.map { "LIMIT \($0)" } ?? "")
            )
            SELECT to_char(f.logged_at AT TIME ZONE s.time_zone, 'YYYY-MM-DD HH24:MI:SS'),
                to_char(f.logged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                f.event, f.run_id, f.order_number, p.person_number, f.source, i.acronym, f.outcome, f.reason, f.sqlstate,
                f.orders, resutveksl.local_minute(f.next_attempt), f.who, f.place, f.writer
            FROM found f CROSS JOIN resutveksl.settings s
            LEFT JOIN resutveksl.institutions i ON i.institution = f.source
            LEFT JOIN resutveksl.orders o ON o.order_number = f.order_number
            LEFT JOIN resutveksl.persons p ON p.person_id = coalesce(o.person_id, f.person_id)
            ORDER BY f.logged_at, f.writer, f.place
            """
        return try await patiently { _ in
            try await pool.withConnection { connection in
                try await connection.query(Statement(text), arguments: parameters)
            }.decode(
                String.self, String.self, String.self, Int64?.self, Int64?.self, String?.self, Int32?.self,
                String?.self,
                String?.self, String?.self, String?.self, Int32?.self, String?.self, String.self, String.self,
                Int64.self)
        }.map { row in
            TransferLogEntry(
                loggedAt: row.0, instant: row.1, event: row.2, run: row.3, order: row.4,
                person: row.5.flatMap { try? PersonNumber($0) }, source: row.6, acronym: row.7, outcome: row.8,
                reason: row.9, sqlState: row.10, orders: row.11, nextAttempt: row.12, who: row.13, place: row.14,
                transaction: UInt64(row.15))
        }
    }

    /// The number of the transaction that wrote a row, with the epoch that its 32 bits in the row lack: it is the last one that
    /// is not ahead of us.
    private static let transaction = """
        (l.xmin::text::bigint + (n.next >> 32 << 32)
            - CASE WHEN l.xmin::text::bigint > n.next & 4294967295 THEN 4294967296 ELSE 0 END)
        """
}
