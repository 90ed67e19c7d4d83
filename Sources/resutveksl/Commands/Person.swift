import ArgumentParser
import Exchange
import Store

struct Person: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The persons that orders are placed for.",
        subcommands: [Add.self, PersonChangeNumber.self, PersonExport.self, PersonForget.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Registers a person.")

        @OptionGroup var database: DatabaseOptions
        @OptionGroup var person: PersonOption
        @Option(help: "For lists and letters; may be filled in later.") var givenName: String?
        @Option(help: "The same.") var familyName: String?

        func run() async throws {
            let number = try person.number()
            let isNew = try await database.store().addPerson(number, givenName: givenName, familyName: familyName)
            print("person \(number) \(isNew ? "registered" : "was registered already")")
            if !number.isUsableBetweenInstitutions {
                print("This kind of number is not used between institutions: no source can be asked about the person.")
            }
        }
    }
}
