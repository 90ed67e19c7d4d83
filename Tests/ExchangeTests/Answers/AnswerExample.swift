import Exchange
import Testing

/// Two persons who were asked about and a good answer about the first, for tests to spoil.
struct AnswerExample {
    static let fingerprint = "0123456789abcdef0123456789abcdef"
    static let first = "01536112185"
    static let second = "19588312510"

    var consent: ConsentAnswer?
    var sent: String?
    var source = AnswerRecord.Source(verdict: "open", answered: 2)
    var person = AnswerRecord.Person(
        ref: 1, personNumber: first, verdict: "fetched", answered: 2, heldBack: 0, fingerprint: fingerprint)
    var course = AnswerRecord.Result(
        ref: 1, institution: 216, resultKey: "V-1", partOfKey: "G-1", category: "Emne", code: "RES-100", version: "1",
        nameBokmal: "Resultater", nameNynorsk: "Resultat", nameEnglish: "Results", thesisTitle: "Om resultater",
        thesisTitleEnglish: "On results", descriptionBokmal: "Linje 1\nLinje 2", termYear: 2014, term: "HØST",
        credits: "7.5", gradingRule: 30, gradeValue: "65", grade: "A")
    var degree = AnswerRecord.Result(
        ref: 1, institution: 203, resultKey: "G-1", category: "Kvalifikasjon", code: "BACHELOR", nameBokmal: "Bachelor",
        obtainedOn: 5290)

    func questions() throws -> [Question] {
        [
            Question(
                ref: 1, numbers: [try PersonNumber(Self.first), try PersonNumber("13097248022")], consent: consent,
                fingerprint: sent.flatMap(Fingerprint.init), purpose: .approvalCase),
            Question(ref: 2, numbers: [try PersonNumber(Self.second)], purpose: .application),
        ]
    }

    /// The answer as it stands, with rows after it.
    func records(_ more: [AnswerRecord] = []) -> [AnswerRecord] {
        [.source(source), .person(person), .result(course), .result(degree)] + more
    }

    func check(_ records: [AnswerRecord]) throws -> CheckedAnswer {
        try AnswerCheck.check(records, questions: questions(), institution: 203, answersFor: [203, 216])
    }

    func check() throws -> CheckedAnswer { try check(records()) }

    /// A good answer about the second person.
    static var nothingAboutSecond: AnswerRecord {
        .person(AnswerRecord.Person(ref: 2, personNumber: second, verdict: "nothing", answered: 0, heldBack: 1))
    }

    /// Checks that the first person's answer breaks a rule, and that this harms nobody else.
    func expectBroken(
        _ rule: BadDataRule, _ records: [AnswerRecord]? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let answer = try check((records ?? self.records()) + [Self.nothingAboutSecond])
        #expect(answer.answers[1] == .invalid(rule), sourceLocation: sourceLocation)
        #expect(answer.answers[2] == .nothing(heldBack: 1), sourceLocation: sourceLocation)
        #expect(answer.rejected == [BadData(rule: rule, ref: 1)], sourceLocation: sourceLocation)
    }

    /// Checks that the first person's answer is taken.
    func expectFetched(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let answer = try check()
        #expect(answer.answers[1]?.outcome == .fetched, sourceLocation: sourceLocation)
        #expect(answer.rejected.isEmpty, sourceLocation: sourceLocation)
    }
}
