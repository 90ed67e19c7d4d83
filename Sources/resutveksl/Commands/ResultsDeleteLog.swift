import ArgumentParser
import Store

struct ResultsDeleteLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete-log", abstract: "Deletes the log of Person eksternstudium of one person.",
        discussion: "What stands in Person eksternstudium stays. In SQL: SELECT resutveksl.delete_study_log('…').")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var person: PersonOption

    func run() async throws {
        let number = try person.number()
        let count = try await database.store().deleteStudyLog(of: number)
        print("\(count == 1 ? "1 entry" : "\(count) entries") deleted for person \(number)")
    }
}
