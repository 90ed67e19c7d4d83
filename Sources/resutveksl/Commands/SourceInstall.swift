import ArgumentParser
import Exchange
import Logging
import Migrations
import Postgres

struct SourceInstall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Installs the source contract in an institution's own database.",
        discussion: """
            Run by the institution that is to be asked, as the owner of its FS tables. Makes schema resutveksl with the \
            functions that requesters may call; changes nothing in the FS tables except indexes that are missing. Requesters' \
            roles are made beforehand: CREATE ROLE … LOGIN.
            """)

    @Argument(help: "libpq connection string of the institution's database, without a password.")
    var connection: String

    @Option(help: "Number of the institution that the database belongs to.")
    var institution: InstitutionNumber

    @Option(parsing: .upToNextOption, help: "Numbers of institutions merged into it whose results the database holds.")
    var answersFor: [InstitutionNumber] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Roles that may ask, and for which institution.", valueName: "role=institution"))
    var requester: [String] = []

    @OptionGroup var common: CommonOptions

    func validate() throws { for text in requester { _ = try parsed(text) } }

    func run() async throws {
        let logger = try common.configuration(GivenOptions(common)).logger()
        let requesters = try requester.map(parsed)
        do {
            try await install(requesters, logger)
        } catch let error as PostgresError where error.code != .configuration {
            throw failure(error)
        }
    }

    private typealias Requester = (role: String, institution: InstitutionNumber)

    private func install(_ requesters: [Requester], _ logger: Logger) async throws {
        let connection = try await Connection.connect(ConnectionString(connection), logger: logger)
        let applied = try await Migrator(.sourceContract).migrate(connection)
        try await connection.withTransaction { transaction in
            _ = try await transaction.query(
                "SELECT resutveksl.set_identity($1, $2)", institution.rawValue,
                ([institution] + answersFor).map(\.rawValue))
            for (role, number) in requesters {
                _ = try await transaction.query(
                    "SELECT resutveksl.register_requester($1::text, $2)", role, number.rawValue)
            }
        }
        for migration in applied { print("applied \(migration.version) \(migration.name)") }
        print("contract installed for institution \(institution); \(requesters.count.counted("requester")) registered")
    }

    /// The words for the institution's database; those of `ExitStatus` are about the own one.
    private func failure(_ error: PostgresError) -> CommandFailure {
        switch (error.code, error.phase) {
        case (.server, .authenticate):
            CommandFailure(
                code: ExitStatus.configuration, message: "the institution's database does not let us in: \(error)")
        case (.server, _):
            CommandFailure(code: 1, message: "the institution's database refused: \(error)")
        default:
            CommandFailure(
                code: ExitStatus.unavailable, message: "the institution's database cannot be reached: \(error)")
        }
    }

    private func parsed(_ text: String) throws -> Requester {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let number = InstitutionNumber(argument: parts[1]) else {
            throw ValidationError("'\(text)' is not of the form ROLE=INSTITUTION.")
        }
        return (parts[0], number)
    }
}
