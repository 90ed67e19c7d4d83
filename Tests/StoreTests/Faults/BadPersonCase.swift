import Exchange
import Testing

/// What a source says wrongly about one person, and the rule that finds it.
struct BadPersonCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let rule: BadDataRule
    /// Which of the person's rows are changed.
    var rows = "a.record = 'result' AND a.category = 'Emne'"
    /// Columns and what they become.
    var changes: [String: String] = [:]
    /// Which rows are sent twice.
    var repeated: String?
    /// Which rows are not sent.
    var missing: String?

    init(
        _ description: String, _ rule: BadDataRule, _ changes: [String: String] = [:], in rows: String? = nil,
        twice repeated: String? = nil, without missing: String? = nil
    ) {
        testDescription = description
        self.rule = rule
        self.changes = changes
        self.rows = rows ?? self.rows
        self.repeated = repeated
        self.missing = missing
    }

    private static let person = "a.record = 'person'"

    static let all = [
        BadPersonCase(
            "a result of an institution it does not answer for", .institutionNotAnsweredFor, ["institution": "194"]),
        BadPersonCase(
            "a failed result marked passed", .failedResult,
            ["grading_rule": "30", "grade_value": "60", "grade": "'F'"]),
        BadPersonCase("a grade outside its rule", .gradeOutsideRule, ["grading_rule": "30", "grade_value": "12"]),
        BadPersonCase("a term that does not exist", .unknownTerm, ["term": "'SOMMER'"]),
        BadPersonCase("a term before there were universities", .unknownTerm, ["term_year": "1200"]),
        BadPersonCase("credits below nothing", .creditsOutOfRange, ["credits": "-1"]),
        BadPersonCase("credits that are no number", .creditsOutOfRange, ["credits": "'NaN'"]),
        BadPersonCase("a category that does not exist", .unknownCategory, ["category": "'Kurs'"]),
        BadPersonCase("a name of 501 characters", .textTooLong, ["name_bokmal": "repeat('å', 501)"]),
        BadPersonCase(
            "a description of 200000 characters", .textTooLong, ["description_english": "repeat('x', 200000)"]),
        BadPersonCase("a bell in a name", .controlCharacter, ["name_english": "a.name_english || chr(7)"]),
        BadPersonCase("a result without a key", .fieldMissing, ["result_key": "NULL"]),
        BadPersonCase("every result under the same key", .duplicateKey, ["result_key": "'same'"]),
        BadPersonCase("every row twice", .wrongCount, twice: "a.record = 'result'"),
        BadPersonCase(
            "fewer results than announced", .wrongCount, without: "a.record = 'result' AND a.category = 'Emne'"),
        BadPersonCase(
            "more results announced than there can be", .wrongCount, ["answered": "2000000000"], in: person),
        BadPersonCase("part of a qualification that is not there", .partOfMissing, ["part_of_key": "'gone'"]),
        BadPersonCase("a course that is part of itself", .partOfNotQualification, ["part_of_key": "a.result_key"]),
        BadPersonCase("a date before there were universities", .dateOutOfRange, ["obtained_on": "'0099-01-01'"]),
        BadPersonCase("a date that never comes", .dateOutOfRange, ["obtained_on": "'infinity'"]),
        BadPersonCase("the person twice", .answeredTwice, twice: person),
        BadPersonCase("results without the person", .resultWithoutPerson, without: person),
        BadPersonCase(
            "a number that was not asked by", .numberNotAsked, ["person_number": "'19588312510'"], in: person),
        BadPersonCase("a verdict that does not exist", .unknownVerdict, ["verdict": "'perhaps'"], in: person),
        BadPersonCase("a fingerprint that is none", .fingerprintMalformed, ["fingerprint": "'x'"], in: person),
        BadPersonCase(
            "unchanged since an answer that it never gave", .unchangedWithoutFingerprint, ["verdict": "'unchanged'"],
            in: person),
        BadPersonCase(
            "results though there are none", .resultNotAnnounced, ["verdict": "'nothing'", "answered": "0"], in: person),
        BadPersonCase("degrees held back below nothing", .wrongCount, ["held_back": "-1"], in: person),
    ]

    private static let columns = [
        "record", "ref", "person_number", "verdict", "answered", "held_back", "fingerprint", "institution",
        "result_key", "part_of_key", "category", "code", "version", "name_bokmal", "name_nynorsk", "name_english",
        "thesis_title", "thesis_title_english", "description_bokmal", "description_nynorsk", "description_english",
        "term_year", "term", "credits", "grading_rule", "grade_value", "grade", "obtained_on",
    ]

    /// The answer of a source that says each of these about one of the orders, over the true answer `a`.
    static func answer(_ wrong: [(order: OrderNumber, example: BadPersonCase)]) -> String {
        let list = columns.map { column in
            let cases = wrong.compactMap { order, example in
                example.changes[column].map { "WHEN a.ref = \(order) AND \(example.rows) THEN \($0)" }
            }
            return cases.isEmpty ? "a.\(column)" : "CASE \(cases.joined(separator: " ")) ELSE a.\(column) END"
        }
        func rows(_ which: KeyPath<BadPersonCase, String?>) -> String {
            let conditions = wrong.compactMap { order, example in
                example[keyPath: which].map { "(a.ref = \(order) AND \($0))" }
            }
            return conditions.isEmpty ? "false" : conditions.joined(separator: " OR ")
        }
        return """
            SELECT \(list.joined(separator: ", ")) FROM true_answer a WHERE (\(rows(\.missing))) IS NOT TRUE
            UNION ALL SELECT * FROM true_answer a WHERE \(rows(\.repeated))
            """
    }
}
