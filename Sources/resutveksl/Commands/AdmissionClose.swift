import ArgumentParser
import Exchange
import Store

struct AdmissionClose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Closes an admission at once, or moves its closing date.",
        discussion: "A closed admission takes no orders and is not refreshed. Orders that are open are still fetched.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its code.") var code: String
    @Option(
        help: ArgumentHelp(
            "The last day of the weekly refresh, YYYY-MM-DD; also opens one again that was closed.", valueName: "day"))
    var on: CalendarDay?

    func run() async throws {
        try await database.store().closeAdmission(code, on: on)
        print("admission \(code) " + (on.map { "closes on \($0)" } ?? "is closed"))
    }
}
