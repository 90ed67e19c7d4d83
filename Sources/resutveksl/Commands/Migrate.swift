import ArgumentParser
import Migrations
import Postgres

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings the own database up to date.",
        discussion: "Safe for several at once: each migration is applied once, in a transaction of its own.")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption

    @Flag(help: "Only show which migrations are applied.")
    var status = false

    func run() async throws {
        let configuration = try database.configuration()
        let connection = try await Connection.connect(configuration.ownDatabase, logger: configuration.logger())
        let migrator = Migrator(.ownDatabase)
        if status { return try await show(migrator.status(connection)) }
        let applied = try await migrator.migrate(connection)
        // What they brought has rights too; without roles in this database there is nothing to grant.
        if !applied.isEmpty { _ = try await connection.query("SELECT resutveksl.grant_roles()") }
        if json.isJSON { return try printJSON(applied.map { Applied(version: $0.version, name: $0.name) }) }
        for migration in applied { print("applied \(migration.version) \(migration.name)") }
        if applied.isEmpty { print("up to date") }
    }

    private struct Applied: Encodable {
        let version: Int
        let name: String
    }

    private struct Entry: Encodable {
        let version: Int
        let name: String
        let state: String
        let appliedAt: String?
    }

    private func show(_ statuses: [Migrator.Status]) throws {
        let entries = statuses.map {
            Entry(version: $0.version, name: $0.name, state: $0.state.rawValue, appliedAt: $0.appliedAt)
        }
        if json.isJSON { return try printJSON(entries) }
        var table = Table("version", "name", "state", "applied")
        for entry in entries { table.add("\(entry.version)", entry.name, entry.state, entry.appliedAt) }
        print(table.text())
    }
}
