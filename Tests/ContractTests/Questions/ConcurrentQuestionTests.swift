import Testing

/// Several questions at a time.
@Suite struct ConcurrentQuestionTests {
    @Test("ten questions at once about the same persons are all answered alike and all recorded")
    func tenAtOnce() async throws {
        let database = try await ContractServer.shared.copy(.source)
        let question = Question([.init(ref: 1), .init(ref: 2, number: TestPerson.second)])
        let expected = try await database.ask(question)
        #expect(expected.persons.map(\.verdict) == ["fetched", "fetched"])
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<10 { group.addTask { try await database.ask(question) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: expected, count: 10))
        #expect(try await database.texts("SELECT count(*)::text FROM resutveksl.disclosures") == ["22"])
    }
}
