package import Exchange
import Postgres

extension Store {
    /// Whether there is anything to work with.
    ///
    /// - Throws: `StoreError` with code `configuration` that tells what to set up first.
    package func requireSetUp() async throws {
        _ = try await settings()
        let sources = try await patiently { _ in
            try await query("SELECT FROM resutveksl.sources WHERE is_active LIMIT 1")
        }
        if sources.isEmpty {
            throw StoreError(.configuration, "no source is registered. Register one: resutveksl source add")
        }
    }

    /// Begins a run, and makes room in the log for this month and the next.
    package func beginRun(worker: String) async throws -> RunNumber {
        let value = try await patiently { _ in
            try await pool.withTransaction { transaction in
                _ = try await transaction.query("SELECT resutveksl.prepare_transfer_log()")
                return try await transaction.query(
                    "INSERT INTO resutveksl.runs (worker) VALUES ($1) RETURNING run_id", worker
                ).single(Int64.self)
            }
        }
        guard let run = RunNumber(rawValue: value) else {
            throw StoreError(.refused, "the database gave no run number")
        }
        return run
    }

    /// Makes room in the log for this month and the next.
    package func prepareLog() async throws {
        _ = try await patiently { _ in try await query("SELECT resutveksl.prepare_transfer_log()") }
    }

    package func endRun(_ run: RunNumber, orders: Int, resultRows: Int) async throws {
        _ = try await patiently { _ in
            try await query(
                "UPDATE resutveksl.runs SET ended_at = clock_timestamp(), orders = $2, result_rows = $3 WHERE run_id = $1",
                run.rawValue, Int32(clamping: orders), resultRows)
        }
    }

    /// Claims of other workers that are open now, and how long their leases last: nothing of them may be taken before.
    package func othersClaims(than mine: Set<LeaseToken>) async throws -> [LeaseToken: Duration] {
        let rows = try await patiently { _ in
            try await query(
                """
                SELECT token, (extract(epoch FROM lease_until - clock_timestamp()) * 1000)::bigint
                FROM resutveksl.claims WHERE ended_at IS NULL AND token <> ALL ($1)
                """,
                mine.map(\.rawValue)
            ).decode(Int64.self, Int64.self)
        }
        return Dictionary(
            rows.compactMap { row in LeaseToken(rawValue: row.0).map { ($0, .milliseconds(row.1)) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// How long it is until the earliest order is due, negative when it is due already; nil when there is none.
    package func timeToNextDue() async throws -> Duration? {
        try await patiently { _ in
            try await query(
                """
                SELECT ceil(extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::bigint
                FROM resutveksl.orders WHERE state IN ('ordered', 'awaiting_retry')
                """
            ).single(Int64?.self).map { .milliseconds($0) }
        }
    }

    /// When the earliest of the open orders is due, as FS shows times; nil when none is open.
    package func nextDue() async throws -> String? {
        try await query(
            """
            SELECT resutveksl.local_minute(min(due_at)) FROM resutveksl.orders WHERE state IN ('ordered', 'awaiting_retry')
            """
        ).single(String?.self)
    }
}
