import Exchange
import Store
import Testing
import Worker

/// A fault, and how it is brought about.
struct FaultCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let expected: ExpectedFault
    /// Brings the fault about at the source with a number; what it returns is kept until the run is over.
    let bringAbout: @Sendable (Playground, Int32) async throws -> (any Sendable)?

    init(
        _ description: String, _ expected: ExpectedFault,
        by bringAbout: @escaping @Sendable (Playground, Int32) async throws -> (any Sendable)?
    ) {
        testDescription = description
        self.expected = expected
        self.bringAbout = bringAbout
    }
}

/// One run with a source for each fault of a table, and a healthy one beside them.
struct FaultNight: Sendable {
    private let playground: Playground
    private let sources: [String: Int32]
    private let order: OrderNumber
    private let summary: RunSummary
    private let kept: [any Sendable]

    init(_ cases: [FaultCase]) async throws {
        playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let numbers: [Int32] = [204, 185, 184, 194, 186, 192, 201, 217, 209, 222, 224, 211, 223, 191, 158, 150]
        try #require(cases.count <= numbers.count)
        var kept: [any Sendable] = []
        var sources: [String: Int32] = [:]
        for (example, source) in zip(cases, numbers) {
            if let thing = try await example.bringAbout(playground, source) { kept.append(thing) }
            sources[example.testDescription] = source
        }
        order = try await playground.order(Playground.person1)
        summary = try await playground.run()
        self.sources = sources
        self.kept = kept
    }

    /// Looks everywhere where the fault is told.
    func check(_ example: FaultCase) async throws {
        let source = try #require(sources[example.testDescription])
        try await playground.expect(example.expected, of: order, at: source, in: summary)
    }

    func checkUnharmed() async throws {
        #expect(summary.failed.count == sources.count)
        try await playground.expectUnharmed(order, in: summary)
    }
}
