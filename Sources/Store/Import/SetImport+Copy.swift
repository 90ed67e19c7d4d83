import Exchange
import Postgres

extension SetImport {
    /// The session's table that an answer's rows are brought into; emptied at every commit.
    ///
    /// `place` counts the rows from 1 on, and `part_of_place` is the place of the qualification that a course is part of:
    /// so that nobody has to look for it.
    static let staging = """
        CREATE TEMP TABLE import_rows (
            place integer NOT NULL, order_number bigint NOT NULL, person_id bigint NOT NULL, institution integer NOT NULL,
            result_key text NOT NULL, part_of_place integer, part_of_name text, category text NOT NULL, code text NOT NULL,
            version text, name_bokmal text, name_nynorsk text, name_english text, thesis_title text,
            thesis_title_english text, description_bokmal text, description_nynorsk text, description_english text,
            term_year integer, term text, credits numeric, grading_rule integer, grade_value numeric, grade text,
            obtained_on date
        ) ON COMMIT DELETE ROWS
        """

    /// The fetched rows in the order of the columns of `staging`.
    func copyData() -> CopyData {
        var data = CopyData(reservingBytes: answers.count * 1024)
        var place: Int32 = 0
        for entry in entries {
            guard case .fetched(_, let results) = entry.answer else { continue }
            var wholes: [String: Whole] = [:]
            for (offset, result) in results.enumerated() where result.category == .qualification {
                wholes[result.key] = Whole(place: place + Int32(offset) + 1, result)
            }
            for result in results {
                place += 1
                data.append(result, at: place, partOf: result.partOfKey.flatMap { wholes[$0] }, of: entry.order)
            }
        }
        return data
    }

    /// A qualification that courses are part of.
    fileprivate struct Whole {
        let place: Int32
        /// As changes name it: a person may have two of one code.
        let name: String

        init(place: Int32, _ result: FetchedResult) {
            self.place = place
            name = result.code + (result.obtainedOn.map { " \($0)" } ?? "")
        }
    }
}

extension CopyData {
    fileprivate mutating func append(
        _ result: FetchedResult, at place: Int32, partOf whole: SetImport.Whole?, of order: ClaimedOrder
    ) {
        beginRow(columns: 25)
        append(place)
        append(order.number.rawValue)
        append(order.person)
        append(result.institution.rawValue)
        append(result.key)
        append(whole?.place)
        append(whole?.name)
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
