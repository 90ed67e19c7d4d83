import ArgumentParser
import Store

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Says what somebody should look at since a moment; nothing when there is nothing.",
        discussion: """
            For cron, which mails what is printed, or a timer: sources that could not be asked, orders that were given up, are \
            held, overdue or were refused, institutions that have reserved themselves, and how many results later fetches \
            changed. Figures only: no person is named. In SQL: resutveksl.report(now() - interval '1 day').

            Exit code 0 also when there is something to say.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @Option(
        help: ArgumentHelp(
            "From when on: 24h, 90m, 7d, yesterday, or a time such as '26.11.2026 07:00'.", valueName: "moment"))
    var since = "24h"

    private struct Entry: Encodable {
        let institution: Int32?
        let since: String
        let until: String
        let lines: [Line]
    }

    private struct Line: Encodable {
        let section: String
        let news: Bool
        let institution: Int32?
        let acronym: String?
        let outcome: String?
        let reason: String?
        let orders: Int?
        let items: Int?
        let at: String?
    }

    func run() async throws {
        let report: Report
        do {
            report = try await database.store().report(since: since)
        } catch let error as StoreError where error.code == .refused {
            throw CommandFailure(code: 64, message: "--since: \(error.description)")
        }
        if json.isJSON { return try printJSON(entry(report)) }
        if !report.isSilent { print(ReportText(report)) }
    }

    private func entry(_ report: Report) -> Entry {
        Entry(
            institution: report.ownInstitution, since: report.since, until: report.until,
            lines: report.lines.map {
                Line(
                    section: $0.section.rawValue, news: $0.isNews, institution: $0.institution, acronym: $0.acronym,
                    outcome: $0.outcome, reason: $0.reason, orders: $0.orders, items: $0.items, at: $0.at)
            })
    }
}
