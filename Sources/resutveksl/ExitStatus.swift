import ArgumentParser
import Exchange
import Migrations
import Postgres
import Sources
import Store

/// What the program says and returns when it ends with an error.
struct ExitStatus {
    let code: Int32
    let message: String

    /// The command did what it could, but some sources could not be asked.
    static let incomplete: Int32 = 3
    static let unavailable: Int32 = 69
    static let configuration: Int32 = 78

    /// - Returns: nil for errors of the argument parser, which prints them itself (exit code 64).
    init?(_ error: any Error) {
        switch error {
        case let error as PostgresError:
            self.init(error)
        case let error as StoreError:
            self.init(code: error.code == .configuration ? Self.configuration : 1, message: error.description)
        case let error as MigrationError:
            self.init(code: error.code == .failed ? 1 : Self.configuration, message: error.description)
        case let error as SourceError:
            self.init(code: Self.incomplete, message: error.description)
        case let error as PersonNumberError:
            self.init(code: 64, message: error.description)
        case let error as ConfigurationError:
            self.init(code: Self.configuration, message: error.description)
        case let error as CommandFailure:
            self.init(code: error.code, message: error.message)
        default:
            return nil
        }
    }

    /// With which code the program ends after an error.
    static func code(of error: any Error) -> Int32 {
        ExitStatus(error)?.code ?? Resutveksl.exitCode(for: error).rawValue
    }

    private init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    private init(_ error: PostgresError) {
        switch (error.code, error.sqlState ?? "") {
        case (.configuration, _):
            self.init(code: Self.configuration, message: error.description)
        case (.server, "42P01"), (.server, "3F000"), (.server, "42883"):
            self.init(
                code: Self.configuration,
                message: "the own database has no or an old schema; run `resutveksl migrate`. \(error)")
        case (.passwordMissing, _):
            self.init(code: Self.configuration, message: "the own database does not let us in: \(error)")
        case (.server, let state) where state.hasPrefix("28") || state == "3D000":
            self.init(code: Self.configuration, message: "the own database does not let us in: \(error)")
        case (.server, let state) where !state.hasPrefix("57P") && state != "53300":
            self.init(code: 1, message: "the own database refused: \(error)")
        default:
            self.init(
                code: Self.unavailable,
                message:
                    "the own database cannot be reached: \(error). Check --database, or PGHOST, PGDATABASE, PGSERVICE")
        }
    }
}

/// An end with a message and a code of its own.
struct CommandFailure: Error {
    let code: Int32
    let message: String
}
