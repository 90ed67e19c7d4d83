import ArgumentParser
import Exchange
import Store

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explains an order: what happened at every source, and what to do.",
        discussion: """
            The sentences are those of the view resutveksl.order_explanations. Sources where nothing was found come last, \
            those of which the same is to be said together.
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
        for paragraph in paragraphs(explanations) { print("\n" + paragraph) }
        if explanations.isEmpty { print("\n  No source is registered: resutveksl source add.") }
    }

    /// One for each source; one for all where nothing was found and the same is to be done.
    private func paragraphs(_ explanations: [Explanation]) -> [String] {
        var together: [String: [Explanation]] = [:]
        var order: [String] = []
        for explanation in explanations {
            let isUneventful =
                explanation.outcome == Outcome.nothing.rawValue && explanation.heldBack == 0
                && explanation.missingResults == 0
            let advice = explanation.advice?.replacing(explanation.acronym, with: "the institution") ?? ""
            let key = isUneventful ? explanation.sentence + advice : explanation.source.description
            if together[key] == nil { order.append(key) }
            together[key, default: []].append(explanation)
        }
        return order.compactMap { key in together[key].map(paragraph) }
    }

    private func paragraph(_ explanations: [Explanation]) -> String {
        guard let first = explanations.first else { return "" }
        var lines = ["  \(first.source) \(first.acronym), \(first.institutionName)"]
        var advice = first.advice
        if explanations.count > 1 {
            lines = ["  " + explanations.map { "\($0.source) \($0.acronym)" }.joined(separator: ", ")]
            advice = advice?.replacing(first.acronym, with: "the institution")
        }
        lines.append("    \(first.sentence)")
        if let advice { lines.append("    -> \(advice)") }
        return lines.joined(separator: "\n")
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
