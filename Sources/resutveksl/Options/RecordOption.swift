import ArgumentParser
import Logging
import Migrations
import Postgres
import Store

/// Whose record of disclosures a command looks at.
struct RecordOption: ParsableArguments {
    @OptionGroup var database: DatabaseOptions
    @Option(
        name: .customLong("at"),
        help: ArgumentHelp(
            "Of what this institution disclosed itself: a libpq connection string of the database with its contract, as the "
                + "contract's owner, without a password. Without it: of what was received, in the own database.",
            valueName: "conninfo"))
    var contract: String?

    /// A connection to the database that holds it; its schema is what this program expects.
    func open() async throws -> (record: DisclosureRecord, connection: Connection) {
        let configuration = try database.configuration()
        guard let contract else {
            let connection = try await Connection.connect(configuration.ownDatabase, logger: configuration.logger())
            try await Migrator(.ownDatabase).requireCurrent(connection)
            return (.received, connection)
        }
        let connection = try await connect(try ConnectionString(contract), logger: configuration.logger())
        try await Migrator(.sourceContract).requireCurrent(connection)
        return (.given, connection)
    }

    /// The words for the institution's database; those of `ExitStatus` are about the own one.
    private func connect(_ string: ConnectionString, logger: Logger) async throws -> Connection {
        do throws(PostgresError) {
            return try await Connection.connect(string, logger: logger)
        } catch {
            throw CommandFailure(
                code: ExitStatus.unavailable, message: "the institution's database cannot be reached: \(error)")
        }
    }
}
