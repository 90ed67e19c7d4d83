package import Exchange
import Postgres

extension Store {
    /// Begins a run, and makes room in the log for this month and the next.
    package func beginRun(worker: String) async throws -> RunNumber {
        let value = try await pool.withTransaction { transaction in
            _ = try await transaction.query("SELECT resutveksl.prepare_transfer_log()")
            return try await transaction.query(
                "INSERT INTO resutveksl.runs (worker) VALUES ($1) RETURNING run_id", worker
            ).single(Int64.self)
        }
        guard let run = RunNumber(rawValue: value) else {
            throw StoreError(.refused, "the database gave no run number")
        }
        return run
    }

    package func endRun(_ run: RunNumber, orders: Int, resultRows: Int) async throws {
        _ = try await query(
            "UPDATE resutveksl.runs SET ended_at = clock_timestamp(), orders = $2, result_rows = $3 WHERE run_id = $1",
            run.rawValue, Int32(clamping: orders), resultRows)
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
