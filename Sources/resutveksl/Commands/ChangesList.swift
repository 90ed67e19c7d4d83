import ArgumentParser
import Exchange
import Store

struct ChangesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists a person's changes that nobody has marked as seen.",
        discussion: """
            added: came with a later order; changed: reads differently now; missing: was not in the last answer any more; \
            returned: is in it again. In SQL: the view resutveksl.unseen_changes.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var person: PersonOption

    private struct Entry: Encodable {
        let change: Int64
        let changedAt: String
        let order: Int64
        let institution: Int32
        let acronym: String
        let category: String
        let code: String
        let name: String?
        let kind: String
        let field: String?
        let oldValue: String?
        let newValue: String?
        let needsControl: Bool

        init(_ change: UnseenChange) {
            self.change = change.number
            changedAt = change.changedAt
            order = change.order
            institution = change.institution.rawValue
            acronym = change.acronym
            category = change.category
            code = change.code
            name = change.name
            kind = change.kind
            field = change.field
            oldValue = change.oldValue
            newValue = change.newValue
            needsControl = change.needsControl
        }
    }

    func run() async throws {
        let number = try person.number()
        let store = try await database.store()
        let changes = try await store.unseenChanges(of: number)
        if changes.isEmpty { try await store.requireKnown(number) }
        if json.isJSON { return try printJSON(changes.map(Entry.init)) }
        var table = Table("change", "at", "order", "institution", "category", "code", "name", "what changed", "note")
        for change in changes {
            table.add(
                "\(change.number)", change.changedAt, "\(change.order)", "\(change.institution) \(change.acronym)",
                change.category, change.code, change.name, change.change, change.needsControl ? "must be checked" : nil)
        }
        print(table.isEmpty ? "no changes that are not seen" : table.text())
    }
}
