import ArgumentParser
import Exchange
import Store

struct OrderShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows an order and what became of it at every source.")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Order number.") var number: OrderNumber
    @Flag(help: "Also the sources where nothing was found.") var all = false

    private struct Entry: Encodable {
        let order: OrderEntry
        let sources: [SourceEntry]
    }

    private struct SourceEntry: Encodable {
        let source: Int32
        let acronym: String
        let outcome: String
        let reason: String?
        let sqlstate: String?
        let attempts: Int
        let nextAttempt: String?
        let newResults: Int
        let changedResults: Int
        let missingResults: Int
        let heldBack: Int
        let foundUnderEarlierNumber: Bool
    }

    func run() async throws {
        let store = try await database.store()
        let order = try await store.order(number)
        let sources = try await store.sources(of: number)
        if json.isJSON { return try printJSON(Entry(order: OrderEntry(order), sources: sources.map(entry))) }
        print(OrderText.heading(order))
        print(OrderText.sources(sources, all: all))
    }

    private func entry(_ source: OrderAtSource) -> SourceEntry {
        SourceEntry(
            source: source.source.rawValue, acronym: source.acronym, outcome: source.outcome, reason: source.reason,
            sqlstate: source.sqlState, attempts: source.attempts, nextAttempt: source.nextAttempt,
            newResults: source.newResults, changedResults: source.changedResults,
            missingResults: source.missingResults, heldBack: source.heldBack,
            foundUnderEarlierNumber: source.isFoundEarlier)
    }
}

/// An order as text, for `order show` and the demo.
enum OrderText {
    static func heading(_ order: OrderSummary) -> String {
        var lines = ["Order \(order.number) for \(order.person), \(order.purpose): \(order.state.rawValue)"]
        lines.append("  Bestilt \(order.orderedAt) by \(order.orderedBy)\(order.reference.map { ", \($0)" } ?? "")")
        if let due = order.dueAt { lines.append("  due \(due)") }
        if let reason = order.cancelReason { lines.append("  cancelled: \(reason)") }
        if let reason = order.holdReason { lines.append("  held: \(reason)") }
        if let completed = order.completedAt { lines.append("  completed \(completed)") }
        if let refusal = order.refusal {
            let sentence = "No institution can be asked by the person's number."
            lines.append("  \(Outcome(rawValue: refusal)?.sentence ?? sentence)")
        }
        if let passedOver = order.passedOver { lines.append("  \(passedOver)") }
        if !order.counts.isEmpty { lines.append("  \(order.counts)") }
        if order.unseenChanges > 0 {
            lines.append("  \(order.unseenChanges.counted("change")) not seen yet: resutveksl changes list")
        }
        if order.heldBack > 0 {
            lines.append("  \(order.heldBack.counted("degree")) held back at the source: no diploma date before today")
        }
        return lines.joined(separator: "\n")
    }

    /// What an outcome means that comes without a reason and is not told by counts.
    private static func remark(_ source: OrderAtSource) -> String? {
        switch Outcome(rawValue: source.outcome) {
        case .reserved, .notOpen, .noConsent, .refused: Outcome(rawValue: source.outcome)?.sentence
        default: source.isFoundEarlier ? "Found under an earlier number of the person." : nil
        }
    }

    static func sources(_ sources: [OrderAtSource], all: Bool) -> String {
        let uneventful = sources.filter { $0.outcome == Outcome.nothing.rawValue && $0.heldBack == 0 }
        let shown = all ? sources : sources.filter { source in !uneventful.contains { $0.source == source.source } }
        var table = Table("  source", "acronym", "outcome", "attempts", "next attempt", "results", "reason")
        for source in shown {
            let counts = [
                (source.newResults, "new"), (source.changedResults, "changed"), (source.missingResults, "missing"),
                (source.heldBack, "held back"),
            ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
            table.add(
                "  \(source.source)", source.acronym, source.outcome, source.attempts > 0 ? "\(source.attempts)" : "",
                source.nextAttempt, counts, source.reason ?? remark(source))
        }
        var text = table.isEmpty ? "" : table.text()
        if !all, !uneventful.isEmpty {
            text += "\(text.isEmpty ? "" : "\n")  nothing found at \(uneventful.count.counted("source"))"
        }
        return text
    }
}
