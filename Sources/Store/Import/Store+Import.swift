import Exchange
import Postgres

extension Store {
    /// Writes the answer to one set together with the lane's cursor, in one transaction guarded by the token.
    ///
    /// Importing the same answer again changes nothing and reports nothing. Rows entered by hand are not touched.
    ///
    /// - Throws: `StoreError` with code `staleToken` when the lease has run out; nothing is written then.
    package func write(_ set: SetImport) async throws -> ImportCounts {
        let outcomes = SetOutcomes(set)
        return try await patiently { isRepeated in
            if outcomes.isUneventful {
                if try await laneMoves.move(past: set) { return ImportCounts() }
                guard isRepeated, try await pool.withTransaction({ try await Self.isWritten(set, $0) })
                else { throw StoreError.stale(set.token) }
                return ImportCounts()
            }
            return try await pool.withConnection { connection in
                try await connection.once("import_rows", script: SetImport.staging)
                return try await connection.withTransaction { transaction in
                    // Before anything is locked: no timeout of the server ends a COPY whose client has stopped, and
                    // nobody could take the orders over meanwhile.
                    let rows = try await Self.stage(set, transaction)
                    try await Self.hold(set.token, transaction)
                    if isRepeated, try await Self.isWritten(set, transaction) { return ImportCounts() }
                    let counts = try await Self.write(set, outcomes, stagedRows: rows, transaction)
                    try await Self.disclose(set, transaction)
                    let moved = try await transaction.query(
                        LaneMoves.advance, arguments: SetImport.moves([(set, counts)]))
                    if moved.isEmpty { throw StoreError.stale(set.token) }
                    return counts
                }
            }
        }
    }

    /// Whether an earlier try was committed without our hearing of it: then the lane's cursor has moved.
    private static func isWritten(_ set: SetImport, _ transaction: Transaction) async throws -> Bool {
        try await hold(set.token, transaction)
        return try await transaction.query(
            "SELECT coalesce(cursor >= $3, false) FROM resutveksl.run_sources WHERE token = $1 AND source = $2",
            set.token.rawValue, set.source.rawValue, set.cursor.rawValue
        ).single(Bool.self)
    }

    /// Brings the rows of the answer into the session's own table.
    private static func stage(_ set: SetImport, _ transaction: Transaction) async throws -> Int {
        let data = set.copyData()
        return data.rowCount == 0
            ? 0 : try await transaction.copyIn("COPY pg_temp.import_rows FROM STDIN (FORMAT binary)", data)
    }

    private static func write(
        _ set: SetImport, _ outcomes: SetOutcomes, stagedRows: Int, _ transaction: Transaction
    ) async throws -> ImportCounts {
        var counts = ImportCounts()
        counts.found = outcomes.found
        counts.rows = stagedRows
        var merged: [Int64: (new: Int, changed: Int, missing: Int)] = [:]
        if !outcomes.merged.isEmpty {
            _ = try await transaction.query(MergeStatement.open, set.token.rawValue, set.source.rawValue)
            if stagedRows > 0 { _ = try await transaction.query(MergeStatement.studies) }
            let rows = try await transaction.query(
                MergeStatement.results, set.source.rawValue, outcomes.merged.map(\.order.person),
                outcomes.merged.map(\.order.number.rawValue), outcomes.merged.map(\.hadAnswer)
            ).decode(Int64.self, Int.self, Int.self, Int.self)
            for (order, new, changed, missing) in rows {
                merged[order] = (new, changed, missing)
                counts.new += new
                counts.changed += changed
                counts.missing += missing
            }
            try await remember(outcomes.merged, set.source, transaction)
        }
        if !outcomes.settled.isEmpty { try await record(outcomes.settled, merged, set, transaction) }
        for (fault, orders) in outcomes.invalid {
            counts.invalid += orders.count
            counts.gaveUp += try await fail(
                orders.map(\.number), fault, token: set.token, source: set.source, transaction
            ).gaveUp
            try await log(orders, fault, set, transaction)
        }
        return counts
    }

    /// Keeps the fingerprints of what was merged, and ends the import: nothing after it writes a result.
    private static func remember(
        _ merged: [SetOutcomes.Merged], _ source: InstitutionNumber, _ transaction: Transaction
    ) async throws {
        _ = try await transaction.query(
            Statement(
                prepared: "remember",
                """
                WITH answered AS (
                    SELECT person_id, fingerprint FROM unnest($2, $3) AS a (person_id, fingerprint)
                ), forgotten AS (
                    DELETE FROM resutveksl.person_sources
                    WHERE source = $1 AND person_id = ANY (ARRAY(SELECT person_id FROM answered WHERE fingerprint IS NULL))
                ), closed AS (
                    DELETE FROM resutveksl.open_imports WHERE transaction = pg_current_xact_id()
                )
                INSERT INTO resutveksl.person_sources (person_id, source, fingerprint)
                SELECT person_id, $1, fingerprint FROM answered WHERE fingerprint IS NOT NULL
                ON CONFLICT (person_id, source)
                    DO UPDATE SET fingerprint = EXCLUDED.fingerprint, answered_at = now()
                """),
            source.rawValue, merged.map(\.order.person), merged.map { $0.fingerprint?.text })
    }

    private static func record(
        _ settled: [SetOutcomes.Settled], _ merged: [Int64: (new: Int, changed: Int, missing: Int)], _ set: SetImport,
        _ transaction: Transaction
    ) async throws {
        func count(_ value: KeyPath<(new: Int, changed: Int, missing: Int), Int>) -> [Int32] {
            settled.map { Int32(clamping: merged[$0.order.number.rawValue]?[keyPath: value] ?? 0) }
        }
        _ = try await transaction.query(
            Statement(
                prepared: "record",
                """
                WITH settled AS (
                    SELECT a.*, CASE WHEN is_consented THEN 'consent' ELSE l.legal_basis END AS basis
                    FROM unnest($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                        AS a (order_number, person_id, outcome, held_back, new_results, changed_results, missing_results,
                            results, is_known, found_earlier, is_consented)
                    JOIN resutveksl.run_sources l ON l.token = $2 AND l.source = $3
                ), logged AS (
                    INSERT INTO resutveksl.transfer_log
                        (event, run_id, token, order_number, person_id, source, outcome, basis)
                    SELECT 'fetched', $1, $2, order_number, person_id, $3, outcome, basis FROM settled
                    WHERE outcome = 'fetched'
                )
                INSERT INTO resutveksl.transfers AS t
                    (order_number, source, outcome, held_back, new_results, changed_results, missing_results, results,
                    is_known, found_earlier, basis)
                SELECT order_number, $3, outcome, held_back, new_results, changed_results, missing_results, results,
                    is_known, found_earlier, basis
                FROM settled
                ON CONFLICT (order_number, source) DO UPDATE SET outcome = EXCLUDED.outcome, reason = NULL,
                    sqlstate = NULL, fault = NULL, phase = NULL, errno = NULL, attempts = t.attempts + 1, next_attempt = NULL, settled_at = now(),
                    held_back = EXCLUDED.held_back, new_results = t.new_results + EXCLUDED.new_results,
                    changed_results = t.changed_results + EXCLUDED.changed_results,
                    missing_results = t.missing_results + EXCLUDED.missing_results, results = EXCLUDED.results,
                    is_known = EXCLUDED.is_known, found_earlier = EXCLUDED.found_earlier, basis = EXCLUDED.basis
                """),
            set.run.rawValue, set.token.rawValue, set.source.rawValue, settled.map(\.order.number.rawValue),
            settled.map(\.order.person), settled.map(\.outcome.rawValue), settled.map { Int32(clamping: $0.heldBack) },
            count(\.new), count(\.changed), count(\.missing), settled.map { $0.results.map { Int32(clamping: $0) } },
            settled.map(\.isKnown), settled.map(\.isFoundEarlier), settled.map { $0.order.consent == .yes })
    }

    private static func log(
        _ orders: [ClaimedOrder], _ fault: Fault, _ set: SetImport, _ transaction: Transaction
    ) async throws {
        _ = try await transaction.query(
            """
            WITH asked AS (
                SELECT a.order_number, CASE WHEN a.is_consented THEN 'consent' ELSE l.legal_basis END AS basis
                FROM unnest($4, $5) AS a (order_number, is_consented)
                JOIN resutveksl.run_sources l ON l.token = $2 AND l.source = $3
            ), kept AS (
                UPDATE resutveksl.transfers t SET basis = a.basis
                FROM asked a WHERE t.order_number = a.order_number AND t.source = $3
            )
            INSERT INTO resutveksl.transfer_log (event, run_id, token, order_number, person_id, source, outcome, reason,
                sqlstate, fault, phase, errno, next_attempt, basis)
            SELECT 'person_failed', $1, $2, o.order_number, o.person_id, $3, t.outcome, t.reason, t.sqlstate, t.fault,
                t.phase, t.errno, t.next_attempt, a.basis
            FROM asked a
            JOIN resutveksl.orders o USING (order_number)
            JOIN resutveksl.transfers t ON t.order_number = a.order_number AND t.source = $3
            """,
            set.run.rawValue, set.token.rawValue, set.source.rawValue, orders.map(\.number.rawValue),
            orders.map { $0.consent == .yes })
    }
}
