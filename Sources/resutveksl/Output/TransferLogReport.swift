import Exchange
import Foundation
import Store

/// What `log` prints.
struct TransferLogReport: Sendable {
    let showsPersons: Bool
    let isJSON: Bool

    private struct Entry: Encodable {
        let at: String
        let event: String
        let run: Int64?
        let order: Int64?
        let person: String?
        let institution: Int32?
        let acronym: String?
        let outcome: String?
        let reason: String?
        let sqlstate: String?
        let orders: Int32?
        let nextAttempt: String?
        let who: String
    }

    /// All at once: a table, or a list as JSON.
    func show(_ entries: [TransferLogEntry]) throws {
        if isJSON { return try printJSON(entries.map(json)) }
        var table =
            showsPersons
            ? Table("at", "event", "order", "person", "institution", "outcome", "next attempt", "who", "what")
            : Table("at", "event", "order", "institution", "outcome", "next attempt", "who", "what")
        for entry in entries {
            let place = entry.source.map { "\($0) \(entry.acronym ?? "")" }
            let order = entry.order.map { "\($0)" }
            if showsPersons {
                table.add(
                    entry.loggedAt, entry.event, order, entry.person?.description, place, entry.outcome,
                    entry.nextAttempt, entry.who, what(entry))
            } else {
                table.add(
                    entry.loggedAt, entry.event, order, place, entry.outcome, entry.nextAttempt, entry.who, what(entry))
            }
        }
        print(table.isEmpty ? "no entries" : table.text())
    }

    /// One line for one entry, of which no one knows how wide the next ones are.
    func showOne(_ entry: TransferLogEntry) throws {
        if isJSON {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            return print(String(decoding: try encoder.encode(json(entry)), as: UTF8.self))
        }
        let parts = [
            entry.loggedAt, entry.event, entry.order.map { "order \($0)" },
            showsPersons ? entry.person?.description : nil,
            entry.source.map { "\($0) \(entry.acronym ?? "")" }, entry.outcome, what(entry),
            entry.nextAttempt.map { "next \($0)" },
        ]
        print(parts.compactMap { $0 }.joined(separator: "  "))
    }

    /// `12 orders: connection refused`.
    private func what(_ entry: TransferLogEntry) -> String? {
        let parts = [entry.orders.map { Int($0).counted("order") }, entry.reason].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ": ")
    }

    private func json(_ entry: TransferLogEntry) -> Entry {
        Entry(
            at: entry.instant, event: entry.event, run: entry.run, order: entry.order,
            person: showsPersons ? entry.person?.description : nil, institution: entry.source, acronym: entry.acronym,
            outcome: entry.outcome, reason: entry.reason, sqlstate: entry.sqlState, orders: entry.orders,
            nextAttempt: entry.nextAttempt, who: entry.who)
    }
}
