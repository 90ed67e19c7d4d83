import ArgumentParser
import Store

struct Purge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Removes what is older than the rules of retention say.",
        discussion: """
            Tells what would be removed, and removes it with --yes, in many small transactions. How long each kind of rows is kept \
            is a setting: UPDATE resutveksl.retention_rules SET keep_days = 365, reason = '…' WHERE what = 'transfer_log'. The \
            record of disclosures is not purged, but cut by somebody who signs it off: `resutveksl audit checkpoint`.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @Flag(help: "Remove it; without this nothing is removed.") var yes = false

    private struct Entry: Encodable {
        let rule: DueForPurge
        let removed: Int64?
    }

    func run() async throws {
        let store = try await database.store()
        var entries: [Entry] = []
        // Runs are only free to go when their claims have gone.
        for rule in try await store.dueForPurge().sorted(by: { Self.place($0) < Self.place($1) }) {
            var removed: Int64?
            if yes, !rule.needsCheckpoint { removed = try await store.purge(rule) }
            entries.append(Entry(rule: rule, removed: removed))
        }
        if json.isJSON { return try printJSON(entries) }
        var table = Table("what", "kept", "counted from", yes ? "removed" : "would be removed", "reason")
        for entry in entries {
            let rule = entry.rule
            let note = rule.needsCheckpoint && rule.due > 0 ? "\(rule.due), with audit checkpoint" : nil
            table.add(
                rule.what, rule.keepDays.map { "\($0) days" } ?? "for ever", rule.countedFrom,
                note ?? "\(entry.removed ?? rule.due)", rule.reason)
        }
        print(table.text())
    }

    private static func place(_ rule: DueForPurge) -> String {
        ["orders": "1", "claims": "2", "runs": "3"][rule.what] ?? "4 \(rule.what)"
    }
}
