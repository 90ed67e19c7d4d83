extension FetchedResult {
    /// Makes a result of a row, if the row keeps every rule that a row can keep or break by itself.
    ///
    /// - Throws: the first rule that it breaks.
    init(
        _ row: AnswerRecord.Result, answersFor: Set<Int32>, gradingRules: [Int32: GradingRule]
    ) throws(BrokenResult) {
        guard let number = row.institution, let key = row.resultKey, !key.isEmpty, let code = row.code, !code.isEmpty,
            let categoryText = row.category
        else { throw BrokenResult(.fieldMissing) }
        guard answersFor.contains(number), let institution = InstitutionNumber(rawValue: number) else {
            throw BrokenResult(.institutionNotAnsweredFor)
        }
        guard let category = ResultCategory(rawValue: categoryText) else { throw BrokenResult(.unknownCategory) }
        self.init(
            institution: institution,
            key: try TextRule.key.checked(key),
            partOfKey: try TextRule.key.checked(row.partOfKey),
            category: category,
            code: try TextRule.code.checked(code),
            version: try TextRule.code.checked(row.version),
            names: Names(
                bokmal: try TextRule.name.checked(row.nameBokmal),
                nynorsk: try TextRule.name.checked(row.nameNynorsk),
                english: try TextRule.name.checked(row.nameEnglish)),
            thesisTitle: try TextRule.thesis.checked(row.thesisTitle),
            thesisTitleEnglish: try TextRule.thesis.checked(row.thesisTitleEnglish),
            descriptions: Names(
                bokmal: try TextRule.courseDescription.checked(row.descriptionBokmal),
                nynorsk: try TextRule.courseDescription.checked(row.descriptionNynorsk),
                english: try TextRule.courseDescription.checked(row.descriptionEnglish)),
            term: try Self.term(row),
            credits: try Self.credits(row),
            gradingRule: row.gradingRule,
            gradeValue: try Self.passedGrade(row, gradingRules),
            grade: try TextRule.grade.checked(row.grade),
            obtainedOn: try Self.day(row.obtainedOn))
    }

    private static func term(_ row: AnswerRecord.Result) throws(BrokenResult) -> Term? {
        if row.termYear == nil, row.term == nil { return nil }
        guard let year = row.termYear, let season = row.term.flatMap(Term.Season.init(rawValue:)),
            let term = Term(year: Int(year), season: season)
        else { throw BrokenResult(.unknownTerm) }
        return term
    }

    private static func credits(_ row: AnswerRecord.Result) throws(BrokenResult) -> Credits? {
        guard let text = row.credits else { return nil }
        guard let credits = Credits(text) else { throw BrokenResult(.creditsOutOfRange) }
        return credits
    }

    /// The value of a grade that is passed as far as can be judged here.
    ///
    /// A rule without a value cannot have been judged by the source, and a value without a rule means nothing; a rule that
    /// is not known here is the source's to judge.
    private static func passedGrade(
        _ row: AnswerRecord.Result, _ rules: [Int32: GradingRule]
    ) throws(BrokenResult) -> GradeValue? {
        guard row.gradingRule != nil || row.gradeValue != nil else { return nil }
        guard let code = row.gradingRule, let value = row.gradeValue.flatMap({ GradeValue($0) }) else {
            throw BrokenResult(.gradeOutsideRule)
        }
        switch rules[code]?.judge(value) {
        case nil, .passed: return value
        case .failed: throw BrokenResult(.failedResult)
        case .outsideRule: throw BrokenResult(.gradeOutsideRule)
        }
    }

    private static func day(_ days: Int32?) throws(BrokenResult) -> CalendarDay? {
        guard let days else { return nil }
        guard let day = CalendarDay(daysSince2000: days), (1800...2200).contains(day.year) else {
            throw BrokenResult(.dateOutOfRange)
        }
        return day
    }
}
