package import Exchange
package import Postgres

/// The rows of an answer, read into records one at a time as they are checked.
package struct AnswerRows {
    private let rows: Rows

    /// - Throws: `SourceError` when a column is of another type than the contract says.
    package init(_ rows: Rows) throws(SourceError) {
        self.rows = rows
        for column in Column.allCases where rows.columnType(column.rawValue) != column.type {
            throw SourceError(
                .contractVersion, phase: "contract",
                "column \(rows.columnName(column.rawValue)) of the source's answer has another type than the contract's"
            )
        }
    }

    /// - Throws: `SourceError` with outcome `invalid` when the answer as a whole cannot be used.
    package func checked(
        _ questions: [Question], institution: InstitutionNumber, answersFor: Set<InstitutionNumber>
    ) throws(SourceError) -> CheckedAnswer {
        do throws(AnswerError) {
            var check = AnswerCheck(questions: questions, institution: institution, answersFor: answersFor)
            for row in 0..<rows.count { try check.take(try record(row)) }
            return try check.finish()
        } catch {
            throw SourceError(.badAnswer, phase: "answer", error.description, underlying: error)
        }
    }

    private func record(_ row: Int) throws(AnswerError) -> AnswerRecord {
        switch text(row, .record).flatMap(AnswerRecord.Kind.init(rawValue:)) {
        case .source:
            .source(AnswerRecord.Source(verdict: text(row, .verdict), answered: int(row, .answered)))
        case .person:
            .person(
                AnswerRecord.Person(
                    ref: value(row, .ref), personNumber: text(row, .personNumber), verdict: text(row, .verdict),
                    answered: int(row, .answered), heldBack: int(row, .heldBack), fingerprint: text(row, .fingerprint)))
        case .result:
            .result(result(row))
        case nil:
            throw .unknownRecord
        }
    }

    private func result(_ row: Int) -> AnswerRecord.Result {
        AnswerRecord.Result(
            ref: value(row, .ref), institution: int(row, .institution), resultKey: text(row, .resultKey),
            partOfKey: text(row, .partOfKey), category: text(row, .category), code: text(row, .code),
            version: text(row, .version), nameBokmal: text(row, .nameBokmal), nameNynorsk: text(row, .nameNynorsk),
            nameEnglish: text(row, .nameEnglish), thesisTitle: text(row, .thesisTitle),
            thesisTitleEnglish: text(row, .thesisTitleEnglish), descriptionBokmal: text(row, .descriptionBokmal),
            descriptionNynorsk: text(row, .descriptionNynorsk), descriptionEnglish: text(row, .descriptionEnglish),
            termYear: int(row, .termYear), term: text(row, .term), credits: numeric(row, .credits),
            gradingRule: int(row, .gradingRule), gradeValue: numeric(row, .gradeValue), grade: text(row, .grade),
            obtainedOn: (value(row, .obtainedOn) as PostgresDate?)?.daysSince2000)
    }

    /// The columns of an answer, in the contract's order.
    private enum Column: Int, CaseIterable {
        case record, ref, personNumber, verdict, answered, heldBack, fingerprint, institution, resultKey, partOfKey
        case category, code, version, nameBokmal, nameNynorsk, nameEnglish, thesisTitle, thesisTitleEnglish
        case descriptionBokmal, descriptionNynorsk, descriptionEnglish, termYear, term, credits, gradingRule, gradeValue
        case grade, obtainedOn

        var type: TypeIdentifier {
            switch self {
            case .ref: .int8
            case .answered, .heldBack, .institution, .termYear, .gradingRule: .int4
            case .credits, .gradeValue: .numeric
            case .obtainedOn: .date
            default: .text
            }
        }
    }

    private func value<Value: PostgresDecodable>(_ row: Int, _ column: Column) -> Value? {
        Value.decode(rows.field(row, column.rawValue))
    }

    /// Bytes that are no UTF-8 (a source whose database says SQL_ASCII) read as a NUL, which no text column can hold: the
    /// check refuses it like any control character, and with it that person's answer only.
    private func text(_ row: Int, _ column: Column) -> String? {
        let field = rows.field(row, column.rawValue)
        if field.bytes == nil { return nil }
        return String.decode(field) ?? "\0"
    }

    private func int(_ row: Int, _ column: Column) -> Int32? { value(row, column) }
    private func numeric(_ row: Int, _ column: Column) -> String? { (value(row, column) as PostgresNumeric?)?.text }
}
