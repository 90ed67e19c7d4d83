package import Exchange
package import Postgres

/// Rows of a source's record, as parallel arrays.
package struct SourceRows: Sendable {
    package var ids: [Int64] = []
    /// Microseconds since 1970, by the source's clock.
    package var times: [Int64] = []
    package var orders: [Int64?] = []
    package var numbers: [String] = []
    package var purposes: [String?] = []
    package var outcomes: [String?] = []
    package var results: [Int32?] = []
    package var heldBack: [Int32?] = []

    package init() {}
}

extension Store {
    /// From when on records can be compared: the day that is asked for, or since when both sides have kept them whole.
    ///
    /// - Parameter keptThere: microseconds since 1970; nil when the source has cut nothing.
    /// - Returns: microseconds since 1970.
    package func comparableSince(_ day: PostgresDate?, keptThere: Int64?) async throws -> Int64 {
        try await query(
            """
            SELECT (extract(epoch FROM greatest(
                (SELECT min(applied_at) FROM resutveksl.applied_migrations WHERE name = 'disclosures'),
                (SELECT max(cut_until) FROM resutveksl.received_blocks),
                timestamptz 'epoch' + $2::bigint * interval '1 microsecond',
                $1::timestamp AT TIME ZONE s.time_zone)) * 1000000)::bigint
            FROM resutveksl.settings s
            """, day, keptThere
        ).single(Int64.self)
    }

    /// Compares what we recorded about a source with what it recorded about us, row by row.
    ///
    /// Rows are matched by order and by what they say, whatever the two clocks show. Rows of a day before `since` take part in
    /// the matching, so that nothing is missed at the edge, but are not missed themselves.
    ///
    /// - Parameter pages: all of the source's rows; it is not asked while a transaction is open here.
    package func reconcile(
        _ source: InstitutionNumber, since: Int64, with pages: [SourceRows]
    ) async throws -> Reconciliation {
        try await pool.withTransaction { transaction in
            try await transaction.execute(script: Self.toldTable)
            for page in pages {
                _ = try await transaction.query(
                    Self.tell, page.ids, page.times, page.orders, page.numbers, page.purposes, page.outcomes,
                    page.results, page.heldBack)
            }
            try await transaction.execute(script: "ANALYZE pg_temp.told")
            let differences = try await transaction.query(
                Self.compare, source.rawValue, since, timeout: .seconds(600)
            ).decode(
                String.self, Int64?.self, String?.self, String?.self, String?.self, String?.self, String?.self)
            let (from, here, there) = try await transaction.query(Self.counts, source.rawValue, since)
                .single(String.self, Int.self, Int.self)
            return Reconciliation(
                source: source.rawValue, since: from, here: here, there: there,
                underWay: differences.count { $0.0 == "under_way" },
                differences: differences.compactMap { row in
                    Reconciliation.Difference.Kind(rawValue: row.0).map {
                        .init(
                            kind: $0, order: row.1, fields: row.2, here: row.3, there: row.4, recordedHere: row.5,
                            recordedThere: row.6)
                    }
                })
        }
    }

    private static let toldTable = """
        SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on;
        CREATE TEMP TABLE told (id bigint, at timestamptz, order_number bigint, person_number text, purpose text,
            outcome text, results integer, held_back integer) ON COMMIT DROP
        """

    private static let tell: Statement = """
        INSERT INTO pg_temp.told
        SELECT a.id, timestamptz 'epoch' + a.at * interval '1 microsecond', a.order_number, a.person_number, a.purpose, a.outcome,
            a.results, a.held_back
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
            AS a (id, at, order_number, person_number, purpose, outcome, results, held_back)
        """

    /// $1 source, $2 since.
    ///
    /// First what is the same on both sides is paired, then what is left of each order, in order. The number is compared where
    /// the answer told us under which one the person is known there.
    private static let compare: Statement = """
        WITH since AS (SELECT timestamptz 'epoch' + $2 * interval '1 microsecond' AS at),
        ours AS MATERIALIZED (
            SELECT d.disclosure_id AS id, d.recorded_at AS at, coalesce(d.order_number, 0) AS order_number, d.outcome,
                coalesce(d.results, -1) AS results, coalesce(d.held_back, 0) AS held_back, coalesce(d.purpose, '') AS purpose,
                CASE WHEN d.outcome IN ('fetched', 'unchanged') THEN d.person_number ELSE '' END AS person
            FROM resutveksl.received_disclosures d
            WHERE d.source = $1 AND d.recorded_at >= (SELECT at FROM since) - interval '1 day'
        ), theirs AS MATERIALIZED (
            SELECT t.id, t.at, coalesce(t.order_number, 0) AS order_number, coalesce(t.outcome, '') AS outcome,
                coalesce(t.results, -1) AS results, coalesce(t.held_back, 0) AS held_back, coalesce(t.purpose, '') AS purpose,
                CASE WHEN t.outcome IN ('fetched', 'unchanged') THEN t.person_number ELSE '' END AS person
            FROM pg_temp.told t
        ), same AS MATERIALIZED (
            SELECT o.id AS here, t.id AS there
            FROM (SELECT *, row_number() OVER (PARTITION BY order_number, outcome, results, held_back, purpose, person
                ORDER BY id) AS n FROM ours) o
            JOIN (SELECT *, row_number() OVER (PARTITION BY order_number, outcome, results, held_back, purpose, person
                ORDER BY id) AS n FROM theirs) t
            USING (order_number, outcome, results, held_back, purpose, person, n)
        ), left_here AS (
            SELECT *, row_number() OVER (PARTITION BY order_number ORDER BY id) AS n FROM ours
            WHERE id NOT IN (SELECT here FROM same)
        ), left_there AS (
            SELECT *, row_number() OVER (PARTITION BY order_number ORDER BY id) AS n FROM theirs
            WHERE id NOT IN (SELECT there FROM same)
        ), pairs AS (
            SELECT order_number, o.id AS here_id, t.id AS there_id, o.at AS here_at, t.at AS there_at, o.outcome = 'invalid' AS is_invalid,
                concat_ws(', ', CASE WHEN o.outcome <> t.outcome THEN 'outcome' END,
                    CASE WHEN o.results <> t.results THEN 'results' END,
                    CASE WHEN o.held_back <> t.held_back THEN 'held_back' END,
                    CASE WHEN o.purpose <> t.purpose THEN 'purpose' END,
                    CASE WHEN o.person <> t.person THEN 'person' END) AS fields,
                o.purpose IS DISTINCT FROM t.purpose AS has_other_purpose,
                concat_ws(' ', o.outcome, nullif(o.results, -1), o.purpose) AS here,
                concat_ws(' ', t.outcome, nullif(t.results, -1), t.purpose) AS there
            FROM left_here o FULL JOIN left_there t USING (order_number, n)
        )
        SELECT k.kind, nullif(p.order_number, 0), CASE WHEN k.kind = 'different' THEN p.fields END,
            CASE WHEN p.here_id IS NOT NULL THEN p.here END, CASE WHEN p.there_id IS NOT NULL THEN p.there END,
            resutveksl.local_minute(p.here_at), resutveksl.local_minute(p.there_at)
        FROM pairs p
        CROSS JOIN LATERAL (SELECT CASE
            WHEN p.here_id IS NULL AND EXISTS (SELECT FROM resutveksl.orders w
                WHERE w.order_number = p.order_number AND w.state = 'fetching') THEN 'under_way'
            WHEN p.here_id IS NULL THEN 'missing_here'
            WHEN p.there_id IS NULL THEN 'missing_there' ELSE 'different' END AS kind) k
        -- What was received and not taken has no numbers to compare.
        WHERE coalesce(p.here_at, p.there_at) >= (SELECT at FROM since)
            AND NOT (k.kind = 'different' AND p.is_invalid AND NOT p.has_other_purpose)
        ORDER BY 2, coalesce(p.there_at, p.here_at)
        """

    private static let counts: Statement = """
        SELECT resutveksl.local_minute(s.at),
            (SELECT count(*) FROM resutveksl.received_disclosures d WHERE d.source = $1 AND d.recorded_at >= s.at),
            (SELECT count(*) FROM pg_temp.told t WHERE t.at >= s.at)
        FROM (SELECT timestamptz 'epoch' + $2 * interval '1 microsecond' AS at) s
        """
}
