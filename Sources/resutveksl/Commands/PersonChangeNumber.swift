import ArgumentParser
import Exchange
import Store

struct PersonChangeNumber: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change-number", abstract: "Registers that a person has a new person number.",
        discussion: """
            Both numbers are asked for, or read from two lines of standard input, the old one first: arguments are visible to \
            others on the machine. Sources are asked by the old number too from then on, because they may still hold it. A \
            number is never changed to one of a lower kind (real, D-number, S-number, FS-number). If both numbers are \
            registered, the two records become one. In SQL: resutveksl.change_person_number(old, new, day).
            """)

    @OptionGroup var database: DatabaseOptions
    @Option(help: "The day on which the number was changed, YYYY-MM-DD (default: today).") var on: CalendarDay?

    func run() async throws {
        let missing = "two person numbers are needed, the old one first: give them on two lines of standard input"
        let old = try PersonOption.read("Old person number", missing: missing)
        let new = try PersonOption.read("New person number", missing: missing)
        let message = try await database.store().changeNumber(from: old, to: new, on: on)
        print("person \(new): \(message)")
    }
}
