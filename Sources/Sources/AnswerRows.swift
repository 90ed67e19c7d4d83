import Exchange
import Postgres

/// The rows of an answer, read into records one at a time as they are checked.
struct AnswerRows {
    private let rows: Rows

    init(_ rows: Rows) { self.rows = rows }

    /// - Throws: `SourceError` with outcome `invalid` when the answer as a whole cannot be used.
    func checked(
        _ questions: [Question], institution: InstitutionNumber, answersFor: Set<InstitutionNumber>
    ) throws(SourceError) -> CheckedAnswer {
        do throws(AnswerError) {
            var check = AnswerCheck(questions: questions, institution: institution, answersFor: answersFor)
            for row in 0..<rows.count { try check.take(try record(row)) }
            return try check.finish()
        } catch {
            throw SourceError(.answer, .invalid, error.description, underlying: error)
        }
    }

    private func record(_ row: Int) throws(AnswerError) -> AnswerRecord {
        // A field that is not of the contract's type reads as nil: the check then says which rule that breaks.
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
    private enum Column: Int {
        case record, ref, personNumber, verdict, answered, heldBack, fingerprint, institution, resultKey, partOfKey
        case category, code, version, nameBokmal, nameNynorsk, nameEnglish, thesisTitle, thesisTitleEnglish
        case descriptionBokmal, descriptionNynorsk, descriptionEnglish, termYear, term, credits, gradingRule, gradeValue
        case grade, obtainedOn
    }

    private func value<Value: PostgresDecodable>(_ row: Int, _ column: Column) -> Value? {
        Value.decode(rows.field(row, column.rawValue))
    }

    private func text(_ row: Int, _ column: Column) -> String? { value(row, column) }
    private func int(_ row: Int, _ column: Column) -> Int32? { value(row, column) }
    private func numeric(_ row: Int, _ column: Column) -> String? { (value(row, column) as PostgresNumeric?)?.text }
}
