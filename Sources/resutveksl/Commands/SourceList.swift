import ArgumentParser
import Exchange
import Postgres
import Store

struct SourceList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the databases to ask.")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption

    private struct Entry: Encodable {
        let source: Int32
        let acronym: String
        let name: String
        let state: String
        let pausedUntil: String?
        let pauseReason: String?
        let setSize: Int
        let consentRequired: Bool
        let consentRuleFrom: String?
        let legalBasis: String
        let answersFor: [Int32]
        let connection: String
    }

    func run() async throws {
        let entries = try await database.store().sources().map { source in
            Entry(
                source: source.institution.rawValue, acronym: source.acronym, name: source.name,
                state: source.isPaused
                    ? "paused"
                    : source.maintenanceUntil != nil ? "maintenance" : source.isActive ? "active" : "inactive",
                pausedUntil: source.pausedUntil, pauseReason: source.pauseReason, setSize: source.setSize,
                consentRequired: source.consentRule.isRequired,
                consentRuleFrom: source.consentRule.from?.description, legalBasis: source.consentRule.legalBasis,
                answersFor: source.answersFor.map(\.rawValue).sorted(), connection: source.connectionText)
        }
        if json.isJSON { return try printJSON(entries) }
        var table = Table("source", "acronym", "state", "consent", "answers for", "connection")
        for entry in entries {
            let state = entry.pausedUntil.map { "\(entry.state) until \($0)" } ?? entry.state
            let consent =
                (entry.consentRequired ? "required" : "not required")
                + (entry.consentRuleFrom.map { " from \($0)" } ?? "")
            table.add(
                "\(entry.source)", entry.acronym, state, consent,
                entry.answersFor.map(String.init).joined(separator: " "), entry.connection)
        }
        print(table.isEmpty ? "no sources. Register one: resutveksl source add" : table.text())
    }
}
