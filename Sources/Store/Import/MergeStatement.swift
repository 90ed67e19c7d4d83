import Postgres

/// Compares what a source sent with what stands here, and writes the difference: one statement for a whole set.
///
/// All parts of it see the rows as they were before it. Rows entered by hand have no source and are never joined. OFFSET 0
/// keeps a look-up a look-up: from each staged row by an index, never the other way round.
enum MergeStatement {
    /// A person may have a study at an institution from another source already; in order, so that two lanes that bring
    /// the same studies wait for each other instead of deadlocking.
    static let studies = Statement(
        prepared: "merge_studies",
        """
        INSERT INTO resutveksl.external_studies (person_id, institution)
        SELECT DISTINCT person_id, institution FROM pg_temp.import_rows i
        WHERE NOT EXISTS (SELECT FROM resutveksl.external_studies s
            WHERE s.person_id = i.person_id AND s.institution = i.institution)
        ORDER BY person_id, institution
        ON CONFLICT DO NOTHING
        """)

    /// $1 source; $2 persons, $3 their orders, $4 whether there was an answer before.
    ///
    /// Answers with a row per order: new, changed, missing.
    static let results = Statement(
        prepared: "merge_results",
        """
        WITH asked AS (
            SELECT * FROM unnest($2, $3, $4) AS a (person_id, order_number, had_answer)
        ), staged AS (
            SELECT i.*, s.study_id, r.result_id AS old_id, r.missing_since IS NOT NULL AS was_missing
            FROM pg_temp.import_rows i
            CROSS JOIN LATERAL (SELECT study_id FROM resutveksl.external_studies
                WHERE person_id = i.person_id AND institution = i.institution OFFSET 0) s
            LEFT JOIN LATERAL (SELECT result_id, missing_since FROM resutveksl.external_results
                WHERE study_id = s.study_id AND source = $1 AND result_key = i.result_key OFFSET 0) r ON true
        ), numbered AS MATERIALIZED (
            SELECT staged.*,
                coalesce(old_id, nextval('resutveksl.external_results_result_id_seq')) AS result_id
            FROM staged
        ), qualifications AS MATERIALIZED (
            SELECT person_id, result_key, result_id, code FROM numbered WHERE category = 'Kvalifikasjon'
        ), linked AS MATERIALIZED (
            SELECT n.*, q.result_id AS part_of, q.code AS part_of_code
            FROM numbered n
            LEFT JOIN qualifications q ON q.person_id = n.person_id AND q.result_key = n.part_of_key
        ), added AS (
            INSERT INTO resutveksl.external_results (result_id, study_id, origin, source, result_key, \(columns))
            SELECT result_id, study_id, 'AUTOMATISK', $1, result_key, \(columns) FROM linked WHERE old_id IS NULL
        ), differences AS MATERIALIZED (
            SELECT l.result_id, l.order_number, d.field, d.old_value, d.new_value
            FROM (SELECT * FROM linked WHERE old_id IS NOT NULL) l
            CROSS JOIN LATERAL (SELECT * FROM resutveksl.external_results WHERE result_id = l.old_id OFFSET 0) r
            LEFT JOIN LATERAL (SELECT code FROM resutveksl.external_results WHERE result_id = r.part_of OFFSET 0) q ON true
            CROSS JOIN LATERAL (VALUES
                \(comparisons),
                ('part_of', q.code, l.part_of_code)) AS d (field, old_value, new_value)
            WHERE d.old_value IS DISTINCT FROM d.new_value
        ), updated AS (
            UPDATE resutveksl.external_results r
            SET (\(columns)) = ROW (\(linkedColumns)), fetched_at = now(), missing_since = NULL,
                needs_control = r.needs_control OR EXISTS (SELECT FROM differences d WHERE d.result_id = r.result_id)
            FROM linked l
            WHERE r.result_id = l.old_id AND r.result_id = ANY (ARRAY(
                SELECT old_id FROM linked WHERE was_missing UNION SELECT result_id FROM differences))
        ), gone AS MATERIALIZED (
            SELECT r.result_id, a.order_number
            FROM asked a
            CROSS JOIN LATERAL (SELECT study_id FROM resutveksl.external_studies
                WHERE person_id = a.person_id OFFSET 0) s
            CROSS JOIN LATERAL (SELECT result_id FROM resutveksl.external_results
                WHERE study_id = s.study_id AND source = $1 AND missing_since IS NULL OFFSET 0) r
            WHERE a.had_answer AND r.result_id NOT IN (SELECT old_id FROM numbered WHERE old_id IS NOT NULL)
        ), marked AS (
            UPDATE resutveksl.external_results SET missing_since = now()
            WHERE result_id = ANY (ARRAY(SELECT result_id FROM gone))
        ), changes AS (
            SELECT order_number, result_id, 'changed' AS kind, field, old_value, new_value FROM differences
            UNION ALL
            SELECT order_number, result_id, 'added', NULL, NULL, NULL FROM linked WHERE old_id IS NULL AND had_answer
            UNION ALL
            SELECT order_number, result_id, 'returned', NULL, NULL, NULL FROM linked WHERE was_missing
            UNION ALL
            SELECT order_number, result_id, 'missing', NULL, NULL, NULL FROM gone
        ), told AS (
            INSERT INTO resutveksl.result_changes (order_number, result_id, kind, field, old_value, new_value)
            SELECT order_number, result_id, kind, field, old_value, new_value FROM changes
        )
        SELECT a.order_number, coalesce(n.count, 0), coalesce(c.count, 0), coalesce(g.count, 0)
        FROM asked a
        LEFT JOIN (SELECT order_number, count(*) FROM linked WHERE old_id IS NULL GROUP BY 1) n USING (order_number)
        LEFT JOIN (SELECT order_number, count(DISTINCT result_id) FROM changes WHERE kind IN ('changed', 'returned')
            GROUP BY 1) c USING (order_number)
        LEFT JOIN (SELECT order_number, count(*) FROM gone GROUP BY 1) g USING (order_number)
        """)

    /// What a later fetch may change and what is compared, as it stands in the staging table and in external_results.
    private static let compared = [
        "category", "code", "version", "name_bokmal", "name_nynorsk", "name_english", "thesis_title",
        "thesis_title_english", "description_bokmal", "description_nynorsk", "description_english", "term_year", "term",
        "credits", "grading_rule", "grade_value", "grade", "obtained_on",
    ]

    private static let columns = (compared + ["part_of"]).joined(separator: ", ")
    private static let linkedColumns = (compared + ["part_of"]).map { "l.\($0)" }.joined(separator: ", ")
    private static let comparisons = compared.map { "('\($0)', r.\($0)::text, l.\($0)::text)" }.joined(separator: ", ")
}
