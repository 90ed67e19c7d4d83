import ArgumentParser
import Exchange
import Store

struct Acceptance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Persons' answers to the question about exchange.", subcommands: [Set.self])

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Records a person's answer. A later one replaces an earlier one.",
            discussion: "N stops every further question about the person; what was fetched before stays.")

        @OptionGroup var database: DatabaseOptions
        @OptionGroup var person: PersonOption
        @Argument(help: "J for yes, N for no.") var answer: ConsentAnswer
        @Option(help: "Day of the answer, YYYY-MM-DD; today when it is left out.") var date: CalendarDay?
        @Option(help: "Where it was given.") var channel: ConsentChannel = .manual
        @Option(help: "Akseptansetype, as FS spells it there.") var type: AcceptanceType = .resultatutveks

        func run() async throws {
            let number = try person.number()
            try await database.store().setAcceptance(
                of: number, answer: answer, on: date, channel: channel, type: type)
            print("\(type.rawValue) \(answer.rawValue) recorded for person \(number)")
        }
    }
}
