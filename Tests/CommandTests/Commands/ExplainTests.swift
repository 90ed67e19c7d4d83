import Testing

/// `explain`.
@Suite struct ExplainTests {
    private struct Entry: Decodable {
        struct Source: Decodable {
            let source: Int
            let outcome: String
            let sentence: String
            let advice: String?
            let attempts: Int
            let nextAttempt: String?
            let foundUnderEarlierNumber: Bool
            let basis: String?
        }
        let sources: [Source]
    }

    @Test("an order is explained source by source, in sentences that say what to do")
    func text() async throws {
        let installation = try await Installation.make(203)
        try await installation.addDeadSource(204)
        try await installation.order(Installation.person1)
        _ = try await installation.run("run")
        let finished = try await installation.must("explain", "1")
        #expect(finished.output.contains("Order 1 for \(Installation.masked1)"))
        #expect(finished.output.contains("\n  203 HVL, Høgskulen på Vestlandet\n    Reached and fetched: 1 new.\n"))
        #expect(finished.output.contains(/\n    Down: it could not be reached\. Tried 1 time: .* Next attempt .*\.\n/))
        #expect(finished.output.contains("\n    -> Nothing: it is tried again by itself.\n"))
        #expect(!finished.output.contains("12185"))

        let entry = try await installation.must("explain", "1", "--json").json(Entry.self)
        #expect(entry.sources.map(\.outcome) == ["fetched", "unreachable"])
        #expect(entry.sources.map(\.attempts) == [1, 1])
        #expect(entry.sources.first?.basis == "consent")
        #expect(entry.sources.last?.nextAttempt != nil)
    }

    @Test("an order that is unknown is an error that says where they are listed")
    func unknown() async throws {
        let finished = try await Installation.make().run("explain", "17")
        #expect(finished.status == 1)
        #expect(finished.errors.contains("there is no order 17. List them: resutveksl order list"))
    }

    @Test("without sources it says so")
    func noSources() async throws {
        let installation = try await Installation.make()
        try await installation.order(Installation.person1)
        #expect(
            try await installation.must("explain", "1").output.hasSuffix(
                "No source is registered: resutveksl source add.\n"))
    }
}
