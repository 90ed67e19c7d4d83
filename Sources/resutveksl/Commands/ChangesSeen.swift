import ArgumentParser
import Store

struct ChangesSeen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seen", abstract: "Marks changes of a person as seen.",
        discussion: """
            A result of which every change is seen need not be checked any more. In SQL: \
            SELECT * FROM resutveksl.mark_changes_seen('…').
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var person: PersonOption
    @Argument(help: "Numbers of changes, as `changes list` shows them; all of the person's when none is named.")
    var changes: [Int64] = []
    @Option(help: "Who has seen them; the database user when it is left out.") var by: String?

    private struct Entry: Encodable {
        let seen: Int
        let unseen: Int
    }

    func run() async throws {
        let number = try person.number()
        let marked = try await database.store().markChangesSeen(of: number, changes.isEmpty ? nil : changes, by: by)
        if json.isJSON { return try printJSON(Entry(seen: marked.seen, unseen: marked.unseen)) }
        let rest = marked.unseen > 0 ? "; \(marked.unseen) not seen yet" : ""
        print("\(marked.seen.counted("change")) marked as seen\(rest)")
    }
}
