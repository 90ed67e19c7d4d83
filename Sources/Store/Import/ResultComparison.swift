/// What of a result may change from fetch to fetch, and under which names changes are reported.
enum ResultComparison {
    /// As they are called in the staging table and in external_results; `part_of` is compared beside them.
    static let columns =
        texts + ["term_year", "term", "credits", "grading_rule", "grade_value", "grade", "obtained_on"]

    /// Rows (field, old value, new value) over `r`, what stands here, `t`, what came, and `q`, the old qualification.
    ///
    /// Each difference is reported once: a term's year and season are one field, and the number behind a grade is reported
    /// only where the grade reads the same. Dates and numbers are written so that no setting of the session shows.
    static let values =
        texts.map { "('\($0)', r.\($0), t.\($0))" }.joined(separator: ", ") + """
            , ('term', nullif(concat_ws(' ', r.term_year, r.term), ''), nullif(concat_ws(' ', t.term_year, t.term), '')),
            ('credits', trim_scale(r.credits)::text, trim_scale(t.credits)::text),
            ('grading_rule', r.grading_rule::text, t.grading_rule::text),
            ('grade', r.grade, t.grade),
            ('grade_value', CASE WHEN r.grade IS NOT DISTINCT FROM t.grade THEN trim_scale(r.grade_value)::text END,
                CASE WHEN r.grade IS NOT DISTINCT FROM t.grade THEN trim_scale(t.grade_value)::text END),
            ('obtained_on', to_char(r.obtained_on, 'YYYY-MM-DD'), to_char(t.obtained_on, 'YYYY-MM-DD')),
            ('part_of', q.name, t.part_of_name)
            """

    private static let texts = [
        "category", "code", "version", "name_bokmal", "name_nynorsk", "name_english", "thesis_title",
        "thesis_title_english", "description_bokmal", "description_nynorsk", "description_english",
    ]
}
