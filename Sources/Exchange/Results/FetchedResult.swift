/// One result of a person at a source, checked and ready to be stored as it is.
///
/// A person's grades are in it, so that it prints as its category and institution only.
package struct FetchedResult: Hashable, Sendable {
    /// Where it was earned, which after a merger is another than who answers.
    package var institution: InstitutionNumber

    /// The source's name for the result: unique for the person, and the same at every fetch.
    package var key: String

    /// The key of the qualification that this course is part of.
    package var partOfKey: String?
    package var category: ResultCategory

    /// emnekode or gradkode.
    package var code: String

    /// versjonskode; `nil` for degrees.
    package var version: String?
    package var names: Names

    /// Of a thesis: in its original language, and in English.
    package var thesisTitle: String?
    package var thesisTitleEnglish: String?
    package var descriptions: Names
    package var term: Term?

    /// `nil` for degrees.
    package var credits: Credits?

    /// karregelkode, not necessarily of a rule that is known here; `nil` for degrees.
    package var gradingRule: Int32?
    package var gradeValue: GradeValue?

    /// The grade's name as the source writes it: `A`, `Bestått`, `2.3`.
    package var grade: String?

    /// Degrees: dato_oppnaelse.
    package var obtainedOn: CalendarDay?

    /// A text in the three languages that FS keeps.
    package struct Names: Hashable, Sendable {
        package var bokmal: String?
        package var nynorsk: String?
        package var english: String?

        package init(bokmal: String? = nil, nynorsk: String? = nil, english: String? = nil) {
            self.bokmal = bokmal
            self.nynorsk = nynorsk
            self.english = english
        }
    }

    package init(
        institution: InstitutionNumber, key: String, partOfKey: String? = nil, category: ResultCategory,
        code: String, version: String? = nil, names: Names = Names(), thesisTitle: String? = nil,
        thesisTitleEnglish: String? = nil, descriptions: Names = Names(), term: Term? = nil, credits: Credits? = nil,
        gradingRule: Int32? = nil, gradeValue: GradeValue? = nil, grade: String? = nil, obtainedOn: CalendarDay? = nil
    ) {
        self.institution = institution
        self.key = key
        self.partOfKey = partOfKey
        self.category = category
        self.code = code
        self.version = version
        self.names = names
        self.thesisTitle = thesisTitle
        self.thesisTitleEnglish = thesisTitleEnglish
        self.descriptions = descriptions
        self.term = term
        self.credits = credits
        self.gradingRule = gradingRule
        self.gradeValue = gradeValue
        self.grade = grade
        self.obtainedOn = obtainedOn
    }

    /// The year of the term, as it is stored.
    package var termYear: Int32? { term.map { Int32($0.year) } }

    /// FS's code of the term, as it is stored.
    package var termCode: String? { term?.season.rawValue }
}

extension FetchedResult: Redacted {
    package var description: String { "\(category.rawValue) at \(institution)" }
}
