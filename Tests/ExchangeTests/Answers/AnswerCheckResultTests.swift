import Exchange
import Testing

struct AnswerCheckResultTests {
    typealias Change = @Sendable (inout AnswerRecord.Result) -> Void

    struct Spoiled: Sendable, CustomTestStringConvertible {
        let rule: BadDataRule
        let what: String
        let change: Change

        init(_ rule: BadDataRule, _ what: String, _ change: @escaping Change) {
            self.rule = rule
            self.what = what
            self.change = change
        }

        var testDescription: String { what }
    }

    static let spoiled: [Spoiled] = [
        Spoiled(.institutionNotAnsweredFor, "another institution") { $0.institution = 214 },
        Spoiled(.institutionNotAnsweredFor, "institution 0") { $0.institution = 0 },
        Spoiled(.fieldMissing, "no institution") { $0.institution = nil },
        Spoiled(.fieldMissing, "no key") { $0.resultKey = nil },
        Spoiled(.fieldMissing, "empty key") { $0.resultKey = "" },
        Spoiled(.fieldMissing, "no code") { $0.code = nil },
        Spoiled(.fieldMissing, "empty code") { $0.code = "" },
        Spoiled(.fieldMissing, "no category") { $0.category = nil },
        Spoiled(.unknownCategory, "category in lower case") { $0.category = "emne" },
        Spoiled(.unknownTerm, "unknown term") { $0.term = "VINTER" },
        Spoiled(.unknownTerm, "term without year") { $0.termYear = nil },
        Spoiled(.unknownTerm, "year without term") { $0.term = nil },
        Spoiled(.unknownTerm, "year 1799") { $0.termYear = 1799 },
        Spoiled(.unknownTerm, "year 2201") { $0.termYear = 2201 },
        Spoiled(.creditsOutOfRange, "negative credits") { $0.credits = "-7.5" },
        Spoiled(.creditsOutOfRange, "absurd credits") { $0.credits = "1000.01" },
        Spoiled(.creditsOutOfRange, "credits that are no number") { $0.credits = "NaN" },
        Spoiled(.failedResult, "F under rule 30") { $0.gradeValue = "60" },
        Spoiled(.failedResult, "F under rule 28") {
            $0.gradingRule = 28
            $0.gradeValue = "56"
        },
        Spoiled(.failedResult, "4.1 on the old scale") {
            $0.gradingRule = 1
            $0.gradeValue = "4.1"
        },
        Spoiled(.failedResult, "Ikke bestått") {
            $0.gradingRule = 11
            $0.gradeValue = "0"
        },
        Spoiled(.gradeOutsideRule, "a grade of another rule") { $0.gradeValue = "51" },
        Spoiled(.gradeOutsideRule, "Bestått under a rule without it") { $0.gradeValue = "66" },
        Spoiled(.gradeOutsideRule, "a grade that is no number") { $0.gradeValue = "A" },
        Spoiled(.gradeOutsideRule, "a rule without a value") { $0.gradeValue = nil },
        Spoiled(.gradeOutsideRule, "a value without a rule") { $0.gradingRule = nil },
        Spoiled(.dateOutOfRange, "infinity") { $0.obtainedOn = .max },
        Spoiled(.dateOutOfRange, "the year 1799") { $0.obtainedOn = -73_050 },
        Spoiled(.partOfMissing, "part of what was not sent") { $0.partOfKey = "G-2" },
        Spoiled(.partOfMissing, "part of an empty key") { $0.partOfKey = "" },
        Spoiled(.partOfNotQualification, "part of itself") { $0.partOfKey = "V-1" },
        Spoiled(.partOfNotQualification, "a qualification within one") { $0.category = "Kvalifikasjon" },
        Spoiled(.duplicateKey, "the key of the other result") { $0.resultKey = "G-1" },
    ]

    @Test("A result that breaks a rule costs its person's answer and nothing else", arguments: spoiled)
    func broken(_ spoiled: Spoiled) throws {
        var example = AnswerExample()
        spoiled.change(&example.course)
        try example.expectBroken(spoiled.rule)
    }

    static let allowed: [Spoiled] = [
        Spoiled(.notAsked, "no link") { $0.partOfKey = nil },
        Spoiled(.notAsked, "no names") { $0.nameBokmal = nil },
        Spoiled(.notAsked, "no term") {
            $0.term = nil
            $0.termYear = nil
        },
        Spoiled(.notAsked, "no grade") {
            $0.gradingRule = nil
            $0.gradeValue = nil
            $0.grade = nil
        },
        Spoiled(.notAsked, "a rule that is not known here") { $0.gradingRule = 99 },
        Spoiled(.notAsked, "E") { $0.gradeValue = "61.0" },
        Spoiled(.notAsked, "the source's own institution") { $0.institution = 203 },
        Spoiled(.notAsked, "no credits at all") { $0.credits = "0" },
        Spoiled(.notAsked, "a reserved category") { $0.category = "Praksis" },
    ]

    @Test("What the contract leaves open is taken", arguments: allowed)
    func good(_ change: Spoiled) throws {
        var example = AnswerExample()
        change.change(&example.course)
        try example.expectFetched()
    }

    @Test("The grading rules to judge by can be set")
    func otherRules() throws {
        var example = AnswerExample()
        example.course.gradeValue = "60"
        var check = AnswerCheck(
            questions: try example.questions(), institution: 203, answersFor: [216], gradingRules: [:])
        for record in example.records() { try check.take(record) }
        #expect(try check.finish().answers[1]?.outcome == .fetched)
    }
}
