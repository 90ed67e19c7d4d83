import Postgres

/// Compares what a source sent with what stands here, and writes the difference: one statement for a whole set.
///
/// All parts of it see the rows as they were before it. Rows entered by hand are never joined. It costs what the set costs:
/// OFFSET 0 keeps a look-up a look-up, from each staged row by an index and never the other way round, and an array of what is
/// to be updated keeps an update from going through the table: a plan that was made while it was empty is kept while it grows.
/// The rows of a set are never compared with each other: what a course is part of is found by its place in the set.
enum MergeStatement {
    /// Shows the database that what follows is an import: fetched rows are written by nobody else.
    ///
    /// $1 token, $2 source.
    static let open = Statement(
        prepared: "merge_open",
        "INSERT INTO resutveksl.open_imports (transaction, token, source) VALUES (pg_current_xact_id(), $1, $2)")

    /// A person may have a study at an institution from another source already; in order, so that two lanes that bring
    /// the same studies wait for each other instead of deadlocking.
    static let studies = Statement(
        prepared: "merge_studies",
        """
        INSERT INTO resutveksl.external_studies (person_id, institution)
        SELECT person_id, institution
        FROM (SELECT DISTINCT person_id, institution FROM pg_temp.import_rows OFFSET 0) i
        WHERE NOT EXISTS (SELECT FROM resutveksl.external_studies s
            WHERE s.person_id = i.person_id AND s.institution = i.institution OFFSET 0)
        ORDER BY person_id, institution
        ON CONFLICT DO NOTHING
        """)

    /// $1 source; $2 persons, $3 their orders, $4 whether the source's last answer about them is known.
    ///
    /// Answers with a row per order: new, changed, missing.
    static let results = Statement(
        prepared: "merge_results",
        """
        WITH asked AS MATERIALIZED (
            SELECT a.person_id, a.order_number, a.had_answer OR \(isLater) AS is_later
            FROM unnest($2, $3, $4) AS a (person_id, order_number, had_answer)
        ), numbered AS MATERIALIZED (
            SELECT i.*, s.study_id, r.result_id AS old_id, r.part_of AS old_part_of,
                r.missing_since IS NOT NULL AS was_missing, r.is_different,
                coalesce(r.result_id, nextval('resutveksl.external_results_result_id_seq')) AS result_id
            FROM pg_temp.import_rows i
            CROSS JOIN LATERAL (SELECT study_id FROM resutveksl.external_studies
                WHERE person_id = i.person_id AND institution = i.institution OFFSET 0) s
            LEFT JOIN LATERAL (SELECT r.result_id, r.part_of, r.missing_since,
                    (\(list(content, "r."))) IS DISTINCT FROM (\(list(content, "i."))) AS is_different
                FROM resutveksl.external_results r
                WHERE r.study_id = s.study_id AND r.source = $1 AND r.result_key = i.result_key OFFSET 0) r ON true
        ), identifiers AS MATERIALIZED (
            SELECT array_agg(result_id ORDER BY place) AS by_place FROM numbered
        ), linked AS NOT MATERIALIZED (
            SELECT n.*, (SELECT by_place FROM identifiers)[n.part_of_place] AS part_of FROM numbered n
        ), added AS (
            INSERT INTO resutveksl.external_results
                (result_id, study_id, origin, source, result_key, \(list(content)), part_of)
            SELECT result_id, study_id, 'AUTOMATISK', $1, result_key, \(list(content)), part_of
            FROM linked WHERE old_id IS NULL
        ), touched AS MATERIALIZED (
            SELECT *, is_different OR old_part_of IS DISTINCT FROM part_of AS is_changed FROM linked
            WHERE old_id IS NOT NULL AND (was_missing OR is_different OR old_part_of IS DISTINCT FROM part_of)
        ), updated AS (
            UPDATE resutveksl.external_results r
            SET (\(list(content)), part_of) = ROW (\(list(content, "t.")), t.part_of), fetched_at = now(),
                missing_since = NULL, needs_control = true
            FROM touched t
            WHERE r.result_id = t.old_id AND r.result_id = ANY (ARRAY(SELECT old_id FROM touched))
        ), gone AS MATERIALIZED (
            SELECT r.result_id, r.category, r.code, r.name, s.institution, a.person_id, a.order_number
            FROM asked a
            CROSS JOIN LATERAL (SELECT study_id, institution FROM resutveksl.external_studies
                WHERE person_id = a.person_id OFFSET 0) s
            CROSS JOIN LATERAL (SELECT result_id, category, code, coalesce(name_bokmal, name_nynorsk) AS name
                FROM resutveksl.external_results
                WHERE study_id = s.study_id AND source = $1 AND origin = 'AUTOMATISK' AND missing_since IS NULL
                OFFSET 0) r
            WHERE a.is_later AND r.result_id NOT IN (SELECT old_id FROM numbered WHERE old_id IS NOT NULL)
        ), marked AS (
            UPDATE resutveksl.external_results SET missing_since = now(), needs_control = true
            WHERE result_id = ANY (ARRAY(SELECT result_id FROM gone))
        ), first_fetched AS MATERIALIZED (
            SELECT person_id, institution, order_number, code, grade FROM numbered
            WHERE old_id IS NULL AND order_number NOT IN (SELECT order_number FROM asked WHERE is_later)
        ), changes AS MATERIALIZED (
            SELECT person_id, institution, order_number, result_id, category, code,
                coalesce(name_bokmal, name_nynorsk) AS name, k.kind, NULL AS field, NULL AS old_value, NULL AS new_value
            FROM linked
            CROSS JOIN LATERAL (SELECT CASE WHEN old_id IS NULL THEN 'added' ELSE 'returned' END AS kind) k
            WHERE was_missing
                OR old_id IS NULL AND order_number NOT IN (SELECT order_number FROM asked WHERE NOT is_later)
            UNION ALL
            SELECT t.person_id, t.institution, t.order_number, t.result_id, t.category, t.code,
                coalesce(t.name_bokmal, t.name_nynorsk), 'changed', d.field, d.old_value, d.new_value
            FROM touched t
            CROSS JOIN LATERAL (SELECT * FROM resutveksl.external_results WHERE result_id = t.old_id OFFSET 0) r
            LEFT JOIN LATERAL (SELECT concat_ws(' ', code, to_char(obtained_on, 'YYYY-MM-DD')) AS name
                FROM resutveksl.external_results WHERE result_id = r.part_of OFFSET 0) q ON true
            CROSS JOIN LATERAL (VALUES \(ResultComparison.values)) AS d (field, old_value, new_value)
            WHERE t.is_changed AND (d.old_value IS DISTINCT FROM d.new_value
                OR d.field = 'part_of' AND t.old_part_of IS DISTINCT FROM t.part_of)
            UNION ALL
            SELECT person_id, institution, order_number, result_id, category, code, name, 'missing', NULL, NULL, NULL
            FROM gone
        ), told AS (
            INSERT INTO resutveksl.result_changes (order_number, result_id, kind, field, old_value, new_value)
            SELECT order_number, result_id, kind, field, old_value, new_value FROM changes
        ), logged AS (
            INSERT INTO resutveksl.study_log
                (person_id, institution, action, who, order_number, source, result_id, details)
            SELECT e.person_id, e.institution, e.action, o.ordered_by, e.order_number, $1, e.result_id, e.details
            FROM (
                SELECT person_id, institution, order_number, 'fetched' AS action, NULL AS result_id,
                    string_agg(concat_ws(' ', code, grade), ', ') AS details
                FROM first_fetched GROUP BY person_id, institution, order_number
                UNION ALL
                SELECT person_id, institution, order_number, coalesce(max(nullif(kind, 'changed')), 'changed'), result_id,
                    concat_ws(': ', concat_ws(' ', category, code, name),
                        string_agg(resutveksl.change_text(field, old_value, new_value), '; '))
                FROM changes GROUP BY person_id, institution, order_number, result_id, category, code, name
            ) e
            CROSS JOIN LATERAL (SELECT ordered_by FROM resutveksl.orders
                WHERE order_number = e.order_number OFFSET 0) o
        )
        SELECT order_number, count(*) FILTER (WHERE what = 'added'), count(*) FILTER (WHERE what = 'changed'),
            count(*) FILTER (WHERE what = 'missing')
        FROM (
            SELECT order_number, 'asked' AS what FROM asked
            UNION ALL SELECT order_number, 'added' FROM numbered WHERE old_id IS NULL
            UNION ALL SELECT order_number, 'changed' FROM touched
            UNION ALL SELECT order_number, 'missing' FROM gone
        ) counted
        GROUP BY order_number
        """)

    /// Whether what is new for a person was added since, and is not simply the first fetch.
    ///
    /// It was added when something from this source stands here, or when the source has answered before: for another order, or
    /// for this one before it was queued again. A case worker has seen what there was then. A source that was down, closed,
    /// not asked, or answered with bad data has not. On a first fetch no order is found, and no lane is looked for.
    private static let isLater = """
        (EXISTS (SELECT FROM (SELECT order_number FROM resutveksl.orders
                WHERE person_id = a.person_id
                    AND (was_fetched OR first_token IS NOT NULL AND order_number <> a.order_number) OFFSET 0) o
            CROSS JOIN LATERAL (SELECT token, consented_on FROM resutveksl.order_claims
                WHERE order_number = o.order_number AND (sources IS NULL OR $1 = ANY (sources)) OFFSET 0) c
            CROSS JOIN LATERAL (SELECT FROM resutveksl.run_sources
                WHERE token = c.token AND source = $1 AND cursor >= o.order_number
                    AND (c.consented_on IS NOT NULL OR legal_basis IS NOT NULL OR asked_on_consent IS NULL) OFFSET 0) l
            WHERE NOT EXISTS (SELECT FROM (SELECT token, source, event FROM resutveksl.transfer_log
                    WHERE order_number = o.order_number OFFSET 0) f
                WHERE f.token = c.token AND f.source = $1 AND f.event = 'person_failed' OFFSET 0))
        OR EXISTS (SELECT FROM (SELECT study_id FROM resutveksl.external_studies
                WHERE person_id = a.person_id OFFSET 0) s
            CROSS JOIN LATERAL (SELECT FROM resutveksl.external_results
                WHERE study_id = s.study_id AND source = $1 AND origin = 'AUTOMATISK' LIMIT 1) r))
        """

    private static let content = ResultComparison.columns

    private static func list(_ columns: [String], _ prefix: String = "") -> String {
        columns.map { prefix + $0 }.joined(separator: ", ")
    }
}
