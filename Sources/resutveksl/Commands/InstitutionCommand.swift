import ArgumentParser
import Exchange
import Store

struct InstitutionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "institution", abstract: "The register of institutions.", subcommands: [InstitutionList.self])
}

struct InstitutionList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the institutions, their mergers, and which source is asked for each.")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption

    private struct Entry: Encodable {
        let institution: Int32
        let acronym: String
        let name: String
        let numberConfirmed: Bool
        let mergedInto: Int32?
        let mergedYear: Int?
        let successor: Int32?
        let askedAt: Int32?
    }

    func run() async throws {
        let institutions = try await database.store().institutions()
        if json.isJSON {
            return try printJSON(
                institutions.map {
                    Entry(
                        institution: $0.number.rawValue, acronym: $0.acronym, name: $0.name,
                        numberConfirmed: $0.isNumberConfirmed, mergedInto: $0.mergedInto?.rawValue,
                        mergedYear: $0.mergedYear, successor: $0.successor?.rawValue, askedAt: $0.askedAt?.rawValue)
                })
        }
        var table = Table("institution", "acronym", "merged into", "asked at", "name")
        for institution in institutions {
            let year = institution.mergedYear.map { " (\($0))" } ?? ""
            table.add(
                "\(institution.number)", institution.acronym, institution.mergedInto.map { "\($0)\(year)" },
                institution.askedAt.map { "\($0)" }, institution.name)
        }
        print(table.text())
    }
}
