import ArgumentParser
import Exchange
import Postgres
import Store

struct SourceAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Registers a database to ask, or changes the one that is registered.")

    @OptionGroup var database: DatabaseOptions

    @Argument(help: "The number of the institution that the database belongs to.")
    var institution: InstitutionNumber

    @Argument(help: "libpq connection string without a password; service=NAME is preferred.")
    var connection: String

    @Option(help: "Persons per question at most (5000 unless it is said).")
    var setSize: Int?

    @Flag(help: "The source may be asked without the person's consent, on --legal-basis. An explicit no always stops.")
    var noConsentRequired = false

    @Option(help: "First day on which no consent is required, YYYY-MM-DD.")
    var noConsentFrom: CalendarDay?

    @Option(help: "First day on which consent is required, YYYY-MM-DD; until then it is not, on --legal-basis.")
    var consentFrom: CalendarDay?

    @Option(help: "The legal basis that is named to the source where consent is not required.")
    var legalBasis: String?

    @Option(help: "Whom case workers turn to there; shown in explanations.")
    var contact: String?

    func validate() throws {
        guard setSize.map((1...10_000).contains) ?? true else {
            throw ValidationError("--set-size goes from 1 to 10000.")
        }
        if noConsentRequired, legalBasis == nil {
            throw ValidationError("--no-consent-required needs a --legal-basis.")
        }
        if noConsentRequired, consentFrom != nil {
            throw ValidationError("--no-consent-required and --consent-from exclude each other.")
        }
        if consentFrom != nil, legalBasis == nil { throw ValidationError("--consent-from needs a --legal-basis.") }
        if !noConsentRequired, noConsentFrom != nil {
            throw ValidationError("--no-consent-from goes with --no-consent-required.")
        }
        if !noConsentRequired, consentFrom == nil, legalBasis != nil {
            throw ValidationError("--legal-basis goes with --no-consent-required or --consent-from.")
        }
    }

    func run() async throws {
        let rule = legalBasis.map {
            ConsentRule(isRequired: !noConsentRequired, from: consentFrom ?? noConsentFrom, legalBasis: $0)
        }
        try await database.store().addSource(
            institution, connection: try ConnectionString(connection).keepingSecrets(), setSize: setSize,
            consentRule: rule,
            contact: contact)
        print("source \(institution) registered. Try it: resutveksl source check \(institution)")
    }
}
