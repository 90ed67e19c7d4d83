import ArgumentParser
import Exchange
import Store

struct AdmissionAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Registers an admission.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "A short name without blanks, e.g. MASTER-2027.") var code: String
    @Option(help: "What people call it.") var name: String?
    @Option(help: "First day of the weekly refresh, YYYY-MM-DD; today when it is left out.") var opens: CalendarDay?
    @Option(help: "Last day of the weekly refresh, YYYY-MM-DD.") var closes: CalendarDay
    @Option(help: "On which day of the week results are fetched again.") var weekday: Weekday = .friday
    @Option(help: "At which local time, HH:MM.") var time = "18:00"

    func validate() throws {
        guard time.wholeMatch(of: /([01][0-9]|2[0-3]):[0-5][0-9]/) != nil else {
            throw ValidationError("--time is a time of day like 18:00.")
        }
    }

    func run() async throws {
        let store = try await database.store()
        try await store.addAdmission(
            code, name: name, opensOn: opens, closesOn: closes, weekday: weekday, time: time)
        let next = try await store.admissions().first { $0.code == code }?.nextRefresh
        print("admission \(code) registered; " + (next.map { "first refresh \($0)" } ?? "it closes before any refresh"))
    }
}

extension Weekday: ExpressibleByArgument {
    public init?(argument: String) {
        guard let day = Self.allCases.first(where: { "\($0)" == argument }) else { return nil }
        self = day
    }

    public var defaultValueDescription: String { "\(self)" }
    public static var allValueStrings: [String] { allCases.map { "\($0)" } }
}
