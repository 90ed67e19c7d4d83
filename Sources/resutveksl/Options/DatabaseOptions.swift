import ArgumentParser
import Logging
import Migrations
import Postgres
import Store

/// How a command reaches the own database.
struct DatabaseOptions: ParsableArguments, KeyedOptions {
    @Option(
        name: Key.database.optionName,
        help: ArgumentHelp(
            Key.database.definition.meaning,
            discussion: """
                Default: \(Key.database.definition.environmentName), else what PGHOST, PGDATABASE, PGUSER, PGSERVICE say. \
                Passwords are read from the password file (PGPASSFILE) or the service file.
                """, valueName: "conninfo"))
    var database: String?

    @OptionGroup var common: CommonOptions

    func give(to options: inout GivenOptions) {
        options.add(Key.database, database)
        common.give(to: &options)
    }

    /// What the program is told: these options and the command's own, the environment, the file.
    ///
    /// - Throws: `ConfigurationError` with everything that is wrong.
    func configuration(_ own: any KeyedOptions...) throws -> ProgramConfiguration {
        var options = GivenOptions(self)
        for own in own { own.give(to: &options) }
        return try common.configuration(options)
    }

    /// The store, once its schema is what this program expects.
    ///
    /// - Parameter configuration: what the command has read already; nil to read it here.
    func store(
        _ configuration: ProgramConfiguration? = nil, connections: Int = 1, lease: Duration? = nil,
        logger: Logger? = nil
    ) async throws -> Store {
        let configuration = try configuration ?? self.configuration()
        let store = Store(
            try configuration.ownDatabase, connections: connections, lease: lease,
            logger: logger ?? configuration.logger())
        try await store.pool.withConnection { try await Migrator(.ownDatabase).requireCurrent($0) }
        return store
    }
}

extension ProgramConfiguration {
    /// Where the own database is; what is not said is left to libpq.
    var ownDatabase: ConnectionString {
        get throws(PostgresError) { try ConnectionString(self[Key.database] ?? "") }
    }
}
