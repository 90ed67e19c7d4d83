import Exchange
import Testing

struct AnswerCheckPersonTests {
    @Test("Somebody who was not asked about is thrown away and logged, and harms nobody")
    func notAsked() throws {
        let example = AnswerExample()
        var strangerPerson = example.person
        var strangerResult = example.course
        for ref: Int64? in [nil, 0, 3, -1, .max] {
            strangerPerson.ref = ref
            strangerResult.ref = ref
            let answer = try example.check(
                example.records([.person(strangerPerson), .result(strangerResult), AnswerExample.nothingAboutSecond]))
            #expect(answer.answers[1]?.outcome == .fetched)
            #expect(answer.answers[2] == .nothing(heldBack: 1))
            #expect(answer.answers.count == 2)
            #expect(answer.rejected == [BadData(rule: .notAsked, ref: nil, rows: 2)])
        }
    }

    @Test("An answer under a number that was not asked by is thrown away, and does not look like nothing found")
    func numberNotAsked() throws {
        // The second person's number, a stranger's, a masked one, one with a space, none.
        for number in [AnswerExample.second, "15021951940", "015361 *****", "015361 12185", "", nil] {
            var example = AnswerExample()
            example.person.personNumber = number
            try example.expectBroken(.numberNotAsked)
        }
    }

    @Test("A person may be found under an earlier number that was asked by")
    func earlierNumber() throws {
        var example = AnswerExample()
        example.person.personNumber = "13097248022"
        guard case .fetched(let disclosure, _) = try example.check().answers[1] else {
            Issue.record("not fetched")
            return
        }
        #expect(disclosure.foundUnder.digits == "13097248022")
    }

    @Test("A person who is answered about twice is bad data, and two persons under one person's numbers are")
    func answeredTwice() throws {
        let example = AnswerExample()
        try example.expectBroken(.answeredTwice, example.records([.person(example.person)]))
        var other = example.person
        other.personNumber = "13097248022"
        try example.expectBroken(.twoPersons, example.records([.person(other)]))
    }

    @Test(
        "A verdict about a person that the contract does not have is bad data",
        arguments: [nil, "", "Fetched", "found"])
    func unknownVerdict(_ verdict: String?) throws {
        var example = AnswerExample()
        example.person.verdict = verdict
        try example.expectBroken(.unknownVerdict)
    }

    @Test("Nothing, no consent and a refusal are taken as they are")
    func withoutResults() throws {
        var example = AnswerExample()
        let expected: [(String, PersonAnswer)] = [
            ("nothing", .nothing(heldBack: 2)), ("no_consent", .noConsent), ("refused", .refused),
        ]
        for (verdict, answer) in expected {
            for answered: Int32? in [nil, 0] {
                example.person = AnswerRecord.Person(
                    ref: 1, personNumber: AnswerExample.first, verdict: verdict, answered: answered, heldBack: 2)
                #expect(try example.check([.source(example.source), .person(example.person)]).answers[1] == answer)
            }
            example.person.answered = 1
            try example.expectBroken(.wrongCount, [.source(example.source), .person(example.person)])
        }
    }

    @Test("A result without the row of its person, or before it, is bad data")
    func resultWithoutPerson() throws {
        let example = AnswerExample()
        try example.expectBroken(.resultWithoutPerson, [.source(example.source), .result(example.course)])
        try example.expectBroken(
            .resultWithoutPerson,
            [.source(example.source), .result(example.course), .person(example.person), .result(example.degree)])
    }

    @Test(
        "A result after a verdict that sends none is bad data",
        arguments: ["unchanged", "nothing", "no_consent", "refused"])
    func resultNotAnnounced(_ verdict: String) throws {
        var example = AnswerExample()
        example.sent = AnswerExample.fingerprint
        example.person.verdict = verdict
        if verdict != "unchanged" { example.person.answered = 0 }
        try example.expectBroken(.resultNotAnnounced)
    }

    @Test(
        "A count that does not agree with the rows is bad data", arguments: [nil, Int32.min, -1, 0, 1, 3, 10_001, .max])
    func wrongCount(_ answered: Int32?) throws {
        var example = AnswerExample()
        example.person.answered = answered
        try example.expectBroken(.wrongCount)
    }

    @Test("A row beyond what was announced ends the person's answer before it is looked at")
    func beyondAnnounced() throws {
        let example = AnswerExample()
        var failed = example.course
        failed.resultKey = "V-2"
        failed.gradeValue = "60"
        try example.expectBroken(.wrongCount, example.records([.result(failed)]))
    }

    @Test("A negative number of degrees held back is bad data")
    func heldBack() throws {
        var example = AnswerExample()
        example.person.heldBack = -1
        try example.expectBroken(.wrongCount)
    }

    @Test("A fingerprint that is none is bad data", arguments: [nil, "", "0123", "0123456789abcdef0123456789abcdeg"])
    func fingerprints(_ text: String?) throws {
        var example = AnswerExample()
        example.person.fingerprint = text
        try example.expectBroken(.fingerprintMalformed)
    }

    @Test("Unchanged is believed only of the fingerprint that was sent")
    func unchanged() throws {
        var example = AnswerExample()
        example.person.verdict = "unchanged"
        let records: [AnswerRecord] = [.source(example.source), .person(example.person)]
        for sent in [nil, "ffffffffffffffffffffffffffffffff"] {
            example.sent = sent
            try example.expectBroken(.unchangedWithoutFingerprint, records)
        }
        example.sent = AnswerExample.fingerprint
        guard case .unchanged(let disclosure) = try example.check(records).answers[1] else {
            Issue.record("not unchanged")
            return
        }
        #expect(disclosure.resultCount == 2)
    }

    @Test(
        "A person who had refused, as the source was told, cannot be answered about",
        arguments: ["fetched", "unchanged", "nothing"])
    func againstRefusal(_ verdict: String) throws {
        var example = AnswerExample()
        example.consent = .no
        example.person.verdict = verdict
        try example.expectBroken(.answeredAgainstRefusal)
        example.person = AnswerRecord.Person(ref: 1, personNumber: AnswerExample.first, verdict: "refused")
        #expect(try example.check([.source(example.source), .person(example.person)]).answers[1] == .refused)
    }
}
