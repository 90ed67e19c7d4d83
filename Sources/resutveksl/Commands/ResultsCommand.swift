import ArgumentParser
import Exchange
import Store

struct ResultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results", abstract: "Person eksternstudium.",
        subcommands: [Show.self, ResultsLog.self, ResultsDeleteLog.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows what was fetched for a person, as the tab Resultater does.")

        @OptionGroup var database: DatabaseOptions
        @OptionGroup var json: JSONOption
        @OptionGroup var person: PersonOption

        private struct Entry: Encodable {
            let institution: Int32
            let acronym: String
            let origin: String
            let category: String
            let code: String
            let version: String?
            let name: String?
            let nameEnglish: String?
            let thesisTitle: String?
            let term: String?
            let credits: String?
            let grade: String?
            let obtainedOn: String?
            let partOf: String?
            let needsControl: Bool
            let isMissing: Bool
        }

        func run() async throws {
            let number = try person.number()
            let store = try await database.store()
            let results = try await store.results(of: number)
            if results.isEmpty { try await store.requireKnown(number) }
            guard json.isJSON else { return print(ResultsText.tab(results)) }
            try printJSON(
                results.map { result in
                    Entry(
                        institution: result.institution.rawValue, acronym: result.acronym, origin: result.origin,
                        category: result.category, code: result.code, version: result.version, name: result.name,
                        nameEnglish: result.nameEnglish, thesisTitle: result.thesisTitle, term: result.term,
                        credits: result.credits, grade: result.grade, obtainedOn: result.obtainedOn,
                        partOf: result.partOf, needsControl: result.needsControl, isMissing: result.isMissing)
                })
        }
    }
}

/// The tab Resultater as text, for `results show` and the demo.
enum ResultsText {
    static func tab(_ results: [TabResult], indent: Int = 0) -> String {
        var table = Table(
            "institution", "category", "code", "name", "name (English)", "term", "credits", "result", "part of", "note")
        for result in results {
            let note = [
                result.isMissing ? "missing in the last answer" : nil, result.needsControl ? "must be checked" : nil,
            ]
            table.add(
                "\(result.institution) \(result.acronym)", result.category, result.code,
                result.thesisTitle.map { "\(result.name ?? ""): \($0)" } ?? result.name, result.nameEnglish,
                result.term, result.credits, result.grade, result.partOf,
                note.compactMap { $0 }.joined(separator: ", "))
        }
        return table.isEmpty ? String(repeating: " ", count: indent) + "no results" : table.text(indent: indent)
    }
}
