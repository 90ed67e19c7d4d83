import Testing

/// Questions about several persons, or about one under several numbers.
@Suite struct SetTests {
    private typealias Element = Question.Element

    @Test("answers come by ref and number, of the same ref and number once, and every ref is counted")
    func order() async throws {
        let answer = try await Source.undoing {
            try await $0.ask(
                Question([
                    Element(ref: 5), Element(ref: 5, number: TestPerson.second), Element(ref: 5), Element(ref: 9),
                    Element(ref: 5, number: "11111111111"),
                ]))
        }
        #expect(answer.answered == 2)
        #expect(answer.persons.map(\.ref) == [5, 5, 9])
        #expect(answer.persons.map(\.number) == [TestPerson.first, TestPerson.second, TestPerson.first])
        #expect(answer.persons.map(\.verdict) == ["fetched", "fetched", "fetched"])
        #expect(answer.persons.flatMap(\.results).map(\.code) == ["RES-100", "RES-OAL", "RES-100"])
        #expect(answer.persons.flatMap(\.results).map(\.institution) == [216, 214, 216])
    }

    @Test("of the same ref and number the first element counts")
    func first() async throws {
        try await Source.undoing { source in
            let fingerprint = try await source.ask(Question()).persons.first?.fingerprint
            let known = Element(fingerprint: fingerprint)
            #expect(try await source.ask(Question([known, Element()])).persons.map(\.verdict) == ["unchanged"])
            #expect(try await source.ask(Question([Element(), known])).persons.map(\.verdict) == ["fetched"])
        }
    }

    @Test("a refusal under one number of a ref is one for the whole ref, and for no other")
    func refusal() async throws {
        let answer = try await Source.undoing {
            try await $0.ask(
                Question([
                    Element(ref: 5), Element(ref: 5, number: "11111111111", consent: "N"),
                    Element(ref: 9, number: TestPerson.second),
                ]))
        }
        #expect(answer.persons.map(\.ref) == [5, 9])
        #expect(answer.persons.map(\.number) == [TestPerson.first, TestPerson.second])
        #expect(answer.persons.map(\.verdict) == ["refused", "fetched"])
    }

    @Test("a question about nobody is answered")
    func empty() async throws {
        let answer = try await Source.undoing { try await $0.ask(Question([])) }
        #expect(answer.sharing == "open")
        #expect(answer.answered == 0)
        #expect(answer.persons.isEmpty)
    }

    @Test("ten thousand elements are answered")
    func largest() async throws {
        let elements = (1...10_000).map { Element(ref: $0, number: String(11_111_100_000 + $0)) }
        let answer = try await Source.undoing { try await $0.ask(Question(elements.dropLast() + [Element(ref: 7)])) }
        #expect(answer.answered == 9999)
        #expect(answer.persons.map(\.ref) == [7])
    }
}
