import ArgumentParser
import Foundation
import Store

struct PersonForget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Deletes what is held on a person, except what has to be kept.",
        discussion: """
            Tells for each table what was deleted, what stays, and why: the record of disclosures, which has to be accounted for, \
            and an N with its number, without which it could not be heeded. It cannot be undone: on a terminal it is asked \
            first, elsewhere --yes must say so. Refused while an order of the person is being fetched. In SQL: \
            SELECT * FROM resutveksl.forget_person('…'). What an institution holds as a source: \
            SELECT * FROM resutveksl.forget_answers('…') in that database, as the contract's owner.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var person: PersonOption
    @Flag(help: "Only tell what would become of each table.") var dryRun = false
    @Flag(help: "Delete without asking.") var yes = false

    func run() async throws {
        let number = try person.number()
        let store = try await database.store()
        try await store.requireKnown(number)
        if !yes, !dryRun { try confirm("Forget person \(number)? It cannot be undone. [y/N] ") }
        let tables = try await store.forget(number, isDryRun: dryRun)
        if json.isJSON { return try printJSON(tables) }
        var table = Table("table", dryRun ? "would be deleted" : "deleted", "kept", "why")
        for each in tables where each.deleted + each.kept > 0 {
            table.add(each.table, "\(each.deleted)", "\(each.kept)", each.reason)
        }
        print(table.text())
    }

    private func confirm(_ question: String) throws {
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure(code: 64, message: "forgetting a person cannot be undone: say --yes, or --dry-run")
        }
        FileHandle.standardError.write(Data(question.utf8))
        guard ["y", "yes", "j", "ja"].contains(readLine()?.lowercased() ?? "") else {
            throw CommandFailure(code: 1, message: "nothing was deleted")
        }
    }
}
