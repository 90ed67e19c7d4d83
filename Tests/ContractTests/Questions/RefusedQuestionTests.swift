import Postgres
import Testing

/// Questions that are not as the contract says.
@Suite struct RefusedQuestionTests {
    /// Nobody's; no other test writes it, so that it can be looked for in the server's log.
    private static let number = "29029912345"

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let question: Question

        init(_ name: String, _ change: (inout Question) -> Void) {
            testDescription = name
            var question = Question(number)
            change(&question)
            self.question = question
        }
    }

    private static let cases = [
        Case("ten digits") { $0.numbers = "{2902991234}" },
        Case("twelve digits") { $0.numbers = "{290299123456}" },
        Case("a letter") { $0.numbers = "{2902991234X}" },
        Case("a digit that is not ASCII") { $0.numbers = "{2902991234٣}" },
        Case("a line end") { $0.numbers = "{\"\(number)\n\"}" },
        Case("no number") { $0.numbers = "{NULL}" },
        Case("an empty number") { $0.numbers = "{\"\"}" },
        Case("one number missing of two") { question in
            question = Question([.init(number: number), .init(ref: 2, number: number)])
            question.numbers = "{\(number),NULL}"
        },
        Case("two numbers in one element") { $0.numbers = "{\"\(number),\(number)\"}" },
        Case("two numbers in one element, none in the other") { question in
            question = Question([.init(number: number), .init(ref: 2, number: number)])
            question.numbers = "{\"\(number),\(number)\",NULL}"
        },
        Case("another consent") { $0.consents = "{curious}" },
        Case("a consent in small letters") { $0.consents = "{j}" },
        Case("another purpose") { $0.purposes = "{curious}" },
        Case("no purpose") { $0.purposes = "{NULL}" },
        Case("a blank basis") { $0.basis = "   " },
        Case("an empty basis") { $0.basis = "" },
        Case("no basis") { $0.basis = nil },
        Case("a basis of 1001 characters") { $0.basis = String(repeating: "å", count: 1001) },
        Case("no ref") { $0.refs = "{NULL}" },
        Case("one ref too many") { $0.refs = "{1,2}" },
        Case("one number too many") { $0.numbers = "{\(number),\(number)}" },
        Case("consents missing") { $0.consents = "{}" },
        Case("one consent date too many") { $0.consentDates = "{NULL,NULL}" },
        Case("fingerprints missing") { $0.fingerprints = "{}" },
        Case("purposes missing") { $0.purposes = "{}" },
        Case("refs NULL") { $0.refs = nil },
        Case("numbers NULL") { $0.numbers = nil },
        Case("consents NULL") { $0.consents = nil },
        Case("consent dates NULL") { $0.consentDates = nil },
        Case("fingerprints NULL") { $0.fingerprints = nil },
        Case("purposes NULL") { $0.purposes = nil },
        Case("numbers in two dimensions") { $0.numbers = "{{\(number)}}" },
        Case("refs in two dimensions") { $0.refs = "{{1}}" },
        Case("all in two dimensions") { question in
            question.refs = "{{1}}"
            question.numbers = "{{\(number)}}"
            question.consents = "{{J}}"
            question.consentDates = "{{NULL}}"
            question.fingerprints = "{{NULL}}"
            question.purposes = "{{application}}"
        },
        Case("10,001 elements") { question in
            question = Question((1...10_001).map { Question.Element(ref: $0, number: number) })
        },
    ]

    @Test("a question that is not as agreed is refused whole, and nothing of it is repeated", arguments: cases)
    func refused(_ test: Case) async throws {
        try await Source.undoing { source in
            let error = try await source.refusal(of: test.question)
            #expect(error.sqlState == "22023")
            for word in ["290299", "curious", "å"] { #expect(!error.message.contains(word)) }
            #expect(try await source.texts("SELECT id::text FROM resutveksl.disclosures").isEmpty)
        }
        let log = try await ContractServer.shared.log()
        #expect(!log.contains("290299"))
    }

    @Test("the same question unharmed is answered, with a basis of 1000 characters too")
    func unharmed() async throws {
        var question = Question(Self.number)
        question.basis = String(repeating: "å", count: 1000)
        let asked = question
        #expect(try await Source.undoing { try await $0.ask(asked) }.answered == 1)
    }

    @Test("every purpose that was agreed is accepted", arguments: ["approval_case", "external_study", "application"])
    func purpose(purpose: String) async throws {
        var question = Question()
        question.purposes = "{\(purpose)}"
        let asked = question
        #expect(try await Source.undoing { try await $0.ask(asked) }.persons.map(\.verdict) == ["fetched"])
    }
}
