import Exchange
import Testing

struct PersonNumberMaskingTests {
    struct Holder: Sendable {
        var number: PersonNumber
        var others: [PersonNumber?]
        var byNumber: [PersonNumber: Int]
    }

    @Test("However a person number is printed, its last five digits do not show")
    func masked() throws {
        let number = try PersonNumber("01536112185")
        #expect(number.description == "015361 *****")
        #expect(number.debugDescription == "015361 *****")
        for text in printed(number) { expectNoDigits(text) }
    }

    @Test("Nor do they inside the values that hold one")
    func maskedInside() throws {
        let number = try PersonNumber("01536112185")
        let fingerprint = try #require(Fingerprint("0123456789abcdef0123456789abcdef"))
        let disclosure = PersonAnswer.Disclosure(
            foundUnder: number, fingerprint: fingerprint, resultCount: 1, heldBack: 0)
        let question = Question(ref: 7, numbers: [number], consent: .yes, purpose: .approvalCase)
        let row = AnswerRecord.Person(ref: 7, personNumber: number.digits, verdict: "fetched")
        let answers: [OrderNumber: PersonAnswer] = [7: .unchanged(disclosure)]
        let texts =
            printed(Holder(number: number, others: [number, nil], byNumber: [number: 1])) + printed([number])
            + printed(Optional(number)) + printed(Set([number])) + printed((number, number))
            + printed(Result<PersonNumber, PersonNumberError>.success(number)) + printed(question)
            + printed(AnswerRecord.person(row)) + printed(row) + printed(PersonAnswer.fetched(disclosure, results: []))
            + printed(CheckedAnswer(sharing: .open, answers: answers)) + printed(number as Any)
        for text in texts { expectNoDigits(text) }
    }

    @Test("A result prints neither its grade nor its texts")
    func results() {
        let row = AnswerRecord.Result(
            ref: 7, institution: 216, resultKey: "SECRET-1", category: "Emne", code: "SECRET-2", nameBokmal: "SECRET-3",
            grade: "SECRET-4")
        let result = FetchedResult(
            institution: 216, key: "SECRET-1", category: .course, code: "SECRET-2",
            names: FetchedResult.Names(bokmal: "SECRET-3"), grade: "SECRET-4")
        for text in printed(row) + printed(AnswerRecord.result(row)) + printed(result) + printed([result]) {
            #expect(!text.contains("SECRET"))
        }
        #expect(result.description == "Emne at 216")
    }

    @Test("Nothing is found by reflection")
    func reflection() throws {
        let mirror = Mirror(reflecting: try PersonNumber("01536112185"))
        #expect(mirror.children.isEmpty)
        #expect(mirror.descendant("value") == nil)
        #expect(mirror.superclassMirror == nil)
    }

    @Test("Only the property named for it gives the digits, always eleven")
    func digits() throws {
        #expect(try PersonNumber("015361 12185").digits == "01536112185")
        #expect(!(try PersonNumber("01536112185") is any Encodable))
    }

    /// A value in every way that Swift has of turning it into text.
    private func printed<Value>(_ value: Value) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        var printed = ""
        print(value, to: &printed)
        var debugPrinted = ""
        debugPrint(value, to: &debugPrinted)
        return [
            dumped, printed, debugPrinted, "\(value)", String(describing: value), String(reflecting: value),
            "\(Mirror(reflecting: value))", "\(Mirror(reflecting: value).children.map { "\($0)" })",
            "\([value])", "\(Optional.some(value) as Any)",
        ]
    }

    private func expectNoDigits(_ text: String) {
        for secret in ["12185", "1536112185", "2185"] {
            #expect(!text.contains(secret))
        }
    }
}
