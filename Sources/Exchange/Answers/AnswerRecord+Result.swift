extension AnswerRecord {
    /// The row of one result, the columns in the contract's order.
    ///
    /// Decimal numbers are the text of the number (`7.5`), which is short enough never to be allocated.
    package struct Result: Hashable, Sendable {
        package var ref: Int64?
        package var institution: Int32?
        package var resultKey: String?
        package var partOfKey: String?
        package var category: String?
        package var code: String?
        package var version: String?
        package var nameBokmal: String?
        package var nameNynorsk: String?
        package var nameEnglish: String?
        package var thesisTitle: String?
        package var thesisTitleEnglish: String?
        package var descriptionBokmal: String?
        package var descriptionNynorsk: String?
        package var descriptionEnglish: String?
        package var termYear: Int32?
        package var term: String?
        package var credits: String?
        package var gradingRule: Int32?
        package var gradeValue: String?
        package var grade: String?

        /// Days since 2000-01-01, as PostgreSQL sends a date.
        package var obtainedOn: Int32?

        package init(
            ref: Int64?, institution: Int32?, resultKey: String?, partOfKey: String? = nil, category: String?,
            code: String?, version: String? = nil, nameBokmal: String? = nil, nameNynorsk: String? = nil,
            nameEnglish: String? = nil, thesisTitle: String? = nil, thesisTitleEnglish: String? = nil,
            descriptionBokmal: String? = nil, descriptionNynorsk: String? = nil, descriptionEnglish: String? = nil,
            termYear: Int32? = nil, term: String? = nil, credits: String? = nil, gradingRule: Int32? = nil,
            gradeValue: String? = nil, grade: String? = nil, obtainedOn: Int32? = nil
        ) {
            self.ref = ref
            self.institution = institution
            self.resultKey = resultKey
            self.partOfKey = partOfKey
            self.category = category
            self.code = code
            self.version = version
            self.nameBokmal = nameBokmal
            self.nameNynorsk = nameNynorsk
            self.nameEnglish = nameEnglish
            self.thesisTitle = thesisTitle
            self.thesisTitleEnglish = thesisTitleEnglish
            self.descriptionBokmal = descriptionBokmal
            self.descriptionNynorsk = descriptionNynorsk
            self.descriptionEnglish = descriptionEnglish
            self.termYear = termYear
            self.term = term
            self.credits = credits
            self.gradingRule = gradingRule
            self.gradeValue = gradeValue
            self.grade = grade
            self.obtainedOn = obtainedOn
        }
    }
}

extension AnswerRecord.Result: Redacted {
    package var description: String { "result row" }
}
