import ArgumentParser
import Foundation
import Store

struct ResultsDeleteLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete-log", abstract: "Deletes the log of Person eksternstudium of one person.",
        discussion: """
            It cannot be undone: on a terminal it is asked first, elsewhere --yes must say so. What stands in Person \
            eksternstudium stays, and so do the changes that later fetches brought to it. That the log was deleted, and by \
            whom, is kept in the transfer log. In SQL: SELECT resutveksl.delete_study_log('…').
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var person: PersonOption
    @Flag(help: "Delete without asking.") var yes = false

    func run() async throws {
        let number = try person.number()
        let store = try await database.store()
        try await store.requireKnown(number)
        if !yes { try confirm("Delete the log of person \(number)? It cannot be undone. [y/N] ") }
        let count = try await store.deleteStudyLog(of: number)
        print("\(count == 1 ? "1 entry" : "\(count) entries") deleted for person \(number)")
    }

    private func confirm(_ question: String) throws {
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure(code: 64, message: "deleting the log cannot be undone: say --yes")
        }
        FileHandle.standardError.write(Data(question.utf8))
        guard ["y", "yes", "j", "ja"].contains(readLine()?.lowercased() ?? "") else {
            throw CommandFailure(code: 1, message: "nothing was deleted")
        }
    }
}
