import ArgumentParser
import Exchange
import Store

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explains an order: what happened at every source, and what to do.",
        discussion: """
            The sentences are those of the view resutveksl.order_explanations. Sources where nothing was found come last.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Order number.") var number: OrderNumber

    private struct Entry: Encodable {
        let order: OrderEntry
        let sources: [SourceEntry]
    }

    private struct SourceEntry: Encodable {
        let source: Int32
        let acronym: String
        let name: String
        let outcome: String
        let sentence: String
        let advice: String?
        let attempts: Int
        let failedAttempts: String?
        let nextAttempt: String?
        let newResults: Int
        let changedResults: Int
        let missingResults: Int
        let heldBack: Int
        let foundUnderEarlierNumber: Bool
        let basis: String?
        let closedSince: String?
    }

    func run() async throws {
        let store = try await database.store()
        let order = try await store.order(number)
        let explanations = try await store.explanations(of: number)
        if json.isJSON { return try printJSON(Entry(order: OrderEntry(order), sources: explanations.map(entry))) }
        print(OrderText.heading(order))
        for explanation in explanations {
            print("\n  \(explanation.source) \(explanation.acronym), \(explanation.institutionName)")
            print("    \(explanation.sentence)")
            if let advice = explanation.advice { print("    -> \(advice)") }
        }
        if explanations.isEmpty { print("\n  No source is registered: resutveksl source add.") }
    }

    private func entry(_ explanation: Explanation) -> SourceEntry {
        SourceEntry(
            source: explanation.source.rawValue, acronym: explanation.acronym, name: explanation.institutionName,
            outcome: explanation.outcome, sentence: explanation.sentence, advice: explanation.advice,
            attempts: explanation.attempts, failedAttempts: explanation.failedAttempts,
            nextAttempt: explanation.nextAttempt, newResults: explanation.newResults,
            changedResults: explanation.changedResults, missingResults: explanation.missingResults,
            heldBack: explanation.heldBack, foundUnderEarlierNumber: explanation.isFoundEarlier,
            basis: explanation.basis, closedSince: explanation.closedSince)
    }
}
