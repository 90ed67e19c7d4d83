public import ArgumentParser
import Foundation
public import Logging
import Migrations
import Postgres
import Store

/// How a command reaches the own database.
struct DatabaseOptions: ParsableArguments {
    @Option(
        name: .customLong("database"),
        help: ArgumentHelp(
            "The own database: a libpq connection string without a password.",
            discussion: """
                Default: RESUTVEKSL_DATABASE, else what PGHOST, PGDATABASE, PGUSER, PGSERVICE say. Passwords are read from \
                the password file (PGPASSFILE) or the service file.
                """, valueName: "conninfo"))
    var database: String?

    @Option(name: .customLong("log-level"), help: "From which level on is logged, on standard error.")
    var logLevel: Logger.Level = .notice

    var connection: ConnectionString {
        get throws {
            try ConnectionString(database ?? ProcessInfo.processInfo.environment["RESUTVEKSL_DATABASE"] ?? "")
        }
    }

    /// - Parameter progress: a bar that is on the same terminal.
    func logger(besides progress: RunProgress? = nil) -> Logger {
        var logger = Logger(label: "resutveksl") { label in
            let handler = StreamLogHandler.standardError(label: label)
            guard let progress else { return handler }
            return ProgressLogHandler(handler: handler, progress: progress)
        }
        logger.logLevel = logLevel
        return logger
    }

    /// The store, once its schema is what this program expects.
    func store(connections: Int = 1, lease: Duration? = nil, logger: Logger? = nil) async throws -> Store {
        let store = try Store(connection, connections: connections, lease: lease, logger: logger ?? self.logger())
        try await store.pool.withConnection { try await Migrator(.ownDatabase).requireCurrent($0) }
        return store
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
