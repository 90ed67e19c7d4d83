import ArgumentParser
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

    func withRecord<Value: Sendable>(
        _ body: (DisclosureRecord, Connection) async throws -> Value
    ) async throws -> Value {
        guard let contract else {
            let store = try await database.store()
            return try await store.pool.withConnection { try await body(.received, $0) }
        }
        let connection: Connection
        do {
            connection = try await Connection.connect(ConnectionString(contract), logger: database.logger())
        } catch let error where error.code != .configuration {
            throw CommandFailure(
                code: ExitStatus.unavailable, message: "the institution's database cannot be reached: \(error)")
        }
        do {
            try await Migrator(.sourceContract).requireCurrent(connection)
            let value = try await body(.given, connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }
}
