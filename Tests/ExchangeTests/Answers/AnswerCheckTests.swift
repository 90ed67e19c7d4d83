import Exchange
import Testing

struct AnswerCheckTests {
    @Test("A good answer is taken, field by field")
    func good() throws {
        let answer = try AnswerExample().check()
        #expect(answer.sharing == .open)
        #expect(answer.rejected.isEmpty)
        guard case .fetched(let disclosure, let results) = answer.answers[1] else {
            Issue.record("not fetched")
            return
        }
        #expect(disclosure.foundUnder == (try PersonNumber(AnswerExample.first)))
        #expect(disclosure.fingerprint.text == AnswerExample.fingerprint)
        #expect(disclosure.resultCount == 2)
        #expect(disclosure.heldBack == 0)
        let course = FetchedResult(
            institution: 216, key: "V-1", partOfKey: "G-1", category: .course, code: "RES-100", version: "1",
            names: FetchedResult.Names(bokmal: "Resultater", nynorsk: "Resultat", english: "Results"),
            thesisTitle: "Om resultater", thesisTitleEnglish: "On results",
            descriptions: FetchedResult.Names(bokmal: "Linje 1\nLinje 2"), term: Term(year: 2014, season: .autumn),
            credits: Credits("7.5"), gradingRule: 30, gradeValue: GradeValue(65), grade: "A")
        let degree = FetchedResult(
            institution: 203, key: "G-1", category: .qualification, code: "BACHELOR",
            names: FetchedResult.Names(bokmal: "Bachelor"), obtainedOn: CalendarDay("2014-06-26"))
        #expect(results == [course, degree])
    }

    @Test("Who was asked about and has no row is unknown at the source, and not an answer")
    func unknown() throws {
        #expect(try AnswerExample().check().answers[2] == nil)
        #expect(try AnswerExample().check([.source(AnswerExample().source)]).answers.isEmpty)
    }

    @Test("A source that does not share ends the matter, whatever it counted", arguments: [nil, 0, 2] as [Int32?])
    func closed(_ answered: Int32?) throws {
        for sharing in [Sharing.reserved, .notOpen] {
            let source = AnswerRecord.Source(verdict: sharing.rawValue, answered: answered)
            let answer = try AnswerExample().check([.source(source)])
            #expect(answer.sharing == sharing)
            #expect(answer.answers.isEmpty)
        }
        #expect(Sharing.reserved.outcome == .reserved)
        #expect(Sharing.notOpen.outcome == .notOpen)
        #expect(Sharing.open.outcome == nil)
    }

    @Test("A source that does not share and sends persons all the same is refused as a whole")
    func rowsThoughClosed() {
        var example = AnswerExample()
        example.source.verdict = "reserved"
        #expect(throws: AnswerError.rowsThoughClosed) { try example.check() }
        #expect(throws: AnswerError.rowsThoughClosed) {
            try example.check([.source(example.source), .result(example.course)])
        }
    }

    @Test("An answer without its source row, or with one too late, is refused as a whole")
    func noSource() {
        let example = AnswerExample()
        #expect(throws: AnswerError.noSourceRow) { try example.check([]) }
        #expect(throws: AnswerError.noSourceRow) {
            try example.check([.person(example.person), .source(example.source)])
        }
        #expect(throws: AnswerError.noSourceRow) { try example.check([.result(example.course)]) }
        #expect(throws: AnswerError.severalSourceRows) { try example.check(example.records([.source(example.source)])) }
    }

    @Test("A verdict about sharing that the contract does not have is refused", arguments: [nil, "", "closed", "OPEN"])
    func unknownVerdict(_ verdict: String?) {
        var example = AnswerExample()
        example.source.verdict = verdict
        #expect(throws: AnswerError.unknownVerdict) { try example.check() }
    }

    @Test("A source that did not consider everybody is refused as a whole", arguments: [nil, -1, 0, 1, 3] as [Int32?])
    func wrongAnswered(_ answered: Int32?) {
        var example = AnswerExample()
        example.source.answered = answered
        #expect(throws: AnswerError.wrongAnswered(asked: 2, answered: answered.map(Int.init))) { try example.check() }
    }

    @Test("A question without a usable number is not expected to be answered, and an answer to it is thrown away")
    func unaskable() throws {
        let fs = try #require(PersonNumber.make(.fsNumber, day: 1, month: 3, year: 1961, individual: 901))
        let question = Question(ref: 3, numbers: [fs], purpose: .application)
        #expect(!question.isAskable)
        let example = AnswerExample()
        let row = AnswerRecord.Person(ref: 3, personNumber: fs.digits, verdict: "nothing")
        let answer = try AnswerCheck.check(
            example.records([.person(row)]), questions: example.questions() + [question], institution: 203,
            answersFor: [216])
        #expect(answer.answers[3] == nil)
        #expect(answer.rejected == [BadData(rule: .notAsked, ref: nil)])
    }

    @Test("Each reason has a code and a sentence")
    func reasons() {
        let all: [AnswerError] = [
            .noSourceRow, .severalSourceRows, .unknownRecord, .unknownVerdict, .wrongAnswered(asked: 2, answered: nil),
            .rowsThoughClosed,
        ]
        #expect(Set(all.map(\.code)).count == all.count)
        #expect(all.allSatisfy { $0.description.hasSuffix(".") || $0.description.hasSuffix("on.") })
        #expect(Set(BadDataRule.allCases.map(\.sentence)).count == BadDataRule.allCases.count)
        #expect(BadData(rule: .notAsked, ref: nil, rows: 3).sentence.hasSuffix("(3 rows)"))
        #expect(BadData(rule: .wrongCount, ref: 7).sentence.hasPrefix("Order 7: "))
    }
}
