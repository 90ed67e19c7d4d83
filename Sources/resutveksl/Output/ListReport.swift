import Exchange
import Store

/// What `order place --from` prints.
struct ListReport {
    let lines: [ListedOrder]
    let isDryRun: Bool

    struct Entry: Encodable {
        let ordered: Int
        let open: Int
        let refused: Int
        let notTaken: Int
        let dryRun: Bool
        let lines: [Line]
    }

    struct Line: Encodable {
        let line: Int
        let application: String?
        let outcome: String
        let order: Int64?
        let reason: String?
    }

    var refused: Int { count(.refused) }
    var taken: Int { count(.ordered) + count(.open) }

    var entry: Entry {
        Entry(
            ordered: count(.ordered), open: count(.open), refused: refused, notTaken: count(.notTaken),
            dryRun: isDryRun,
            lines: lines.map {
                Line(
                    line: $0.line, application: $0.application, outcome: $0.outcome.rawValue,
                    order: $0.order?.rawValue, reason: $0.reason)
            })
    }

    /// Refused lines one by one, and persons who stand on several; the others in figures.
    var text: String {
        var firstLines: [OrderNumber: Int] = [:]
        var text: [String] = []
        for line in lines {
            if line.outcome == .refused { text.append("line \(line.line): \(line.reason ?? "refused")") }
            guard let order = line.order else { continue }
            if let first = firstLines[order] {
                text.append("line \(line.line): the person stands on line \(first) too; order \(order) is for both")
            } else {
                firstLines[order] = line.line
            }
        }
        let numbers = lines.filter { $0.outcome == .ordered }.compactMap(\.order)
        var figures = "\(count(.ordered).counted("order")) \(isDryRun ? "would be placed" : "placed")"
        if let first = numbers.min(), let last = numbers.max() {
            figures += first == last ? ", number \(first)" : ", numbers \(first) to \(last)"
        }
        if count(.open) > 0 { figures += "; \(count(.open)) open already" }
        if refused > 0 { figures += "; \(refused.counted("line")) refused" }
        if count(.notTaken) > 0 { figures += "; nothing taken of the other \(count(.notTaken))" }
        text.append(figures)
        return text.joined(separator: "\n")
    }

    private func count(_ outcome: ListedOrder.Outcome) -> Int { lines.count { $0.outcome == outcome } }
}
