import Exchange
import Postgres

extension SetImport {
    /// The session's table that an answer's rows are brought into; emptied at every commit.
    static let staging = """
        CREATE TEMP TABLE import_rows (
            order_number bigint NOT NULL, had_answer boolean NOT NULL, person_id bigint NOT NULL, institution integer NOT NULL, result_key text NOT NULL,
            part_of_key text, category text NOT NULL, code text NOT NULL, version text, name_bokmal text, name_nynorsk text,
            name_english text, thesis_title text, thesis_title_english text, description_bokmal text,
            description_nynorsk text, description_english text, term_year integer, term text, credits numeric,
            grading_rule integer, grade_value numeric, grade text, obtained_on date
        ) ON COMMIT DELETE ROWS
        """

    /// The fetched rows in the order of the columns of `staging`.
    func copyData() -> CopyData {
        var data = CopyData(reservingBytes: entries.count * 64)
        for entry in entries {
            guard case .fetched(_, let results) = entry.answer else { continue }
            let hadAnswer = fingerprints[entry.order.person] != nil
            for result in results { data.append(result, of: entry.order, hadAnswer) }
        }
        return data
    }
}

extension CopyData {
    fileprivate mutating func append(_ result: FetchedResult, of order: ClaimedOrder, _ hadAnswer: Bool) {
        beginRow(columns: 24)
        append(order.number.rawValue)
        append(hadAnswer)
        append(order.person)
        append(result.institution.rawValue)
        append(result.key)
        append(result.partOfKey)
        append(result.category.rawValue)
        append(result.code)
        append(result.version)
        append(result.names.bokmal)
        append(result.names.nynorsk)
        append(result.names.english)
        append(result.thesisTitle)
        append(result.thesisTitleEnglish)
        append(result.descriptions.bokmal)
        append(result.descriptions.nynorsk)
        append(result.descriptions.english)
        append(result.termYear)
        append(result.termCode)
        append(decimal: result.credits.map { Int64($0.hundredths) }, scale: 2)
        append(result.gradingRule)
        append(decimal: result.gradeValue.map { Int64($0.hundredths) }, scale: 2)
        append(result.grade)
        append(result.obtainedOn.map { PostgresDate($0) })
    }
}
