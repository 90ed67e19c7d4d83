import ArgumentParser
import Exchange
import Store

struct ResultsLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Searches the log of Person eksternstudium (Eksternresultat-logg).",
        discussion: """
            Shows the newest entries first: what fetches brought and changed, and what was changed by hand. In SQL: \
            SELECT * FROM resutveksl.study_log_search(text => '…').
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var person: PersonOption
    @Flag(help: "Of every person: no person number is asked for.") var everybody = false
    @Option(help: "Only of the institution with this number.") var institution: InstitutionNumber?
    @Option(help: "Only of users with this in their name: who ordered, or who changed it by hand.") var who: String?
    @Option(help: "From this day on, YYYY-MM-DD.") var since: CalendarDay?
    @Option(help: "Up to and with this day, YYYY-MM-DD.") var until: CalendarDay?
    @Option(help: "Only entries with this in them: a code, a grade, a name.") var text: String?
    @Option(help: "At most so many.") var limit = 200

    private struct Entry: Encodable {
        let at: String
        let person: String?
        let institution: Int32
        let acronym: String
        let action: String
        let who: String
        let order: Int64?
        let details: String
    }

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit goes from 1 to 100000.") }
        if everybody, person.text != nil { throw ValidationError("--person and --everybody exclude each other.") }
    }

    func run() async throws {
        var search = StudyLogSearch()
        search.person = everybody ? nil : try person.number()
        search.institution = institution
        search.who = who
        search.since = since
        search.until = until
        search.text = text
        search.limit = limit
        let entries = try await database.store().studyLog(search)
        if json.isJSON {
            return try printJSON(
                entries.map {
                    Entry(
                        at: $0.loggedAt, person: $0.person?.description, institution: $0.institution.rawValue,
                        acronym: $0.acronym, action: $0.action, who: $0.who, order: $0.order, details: $0.details)
                })
        }
        var table = Table("at", "person", "institution", "action", "who", "order", "details")
        for entry in entries {
            table.add(
                entry.loggedAt, entry.person?.description, "\(entry.institution) \(entry.acronym)", entry.action,
                entry.who, entry.order.map { "\($0)" }, entry.details)
        }
        print(table.isEmpty ? "no entries" : table.text())
    }
}
