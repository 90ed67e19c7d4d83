public import ArgumentParser
import Foundation
public import Logging

/// What every command that works with a database may be told.
struct CommonOptions: ParsableArguments, KeyedOptions {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "The configuration file.",
            discussion: "Default: RESUTVEKSL_CONFIG, else \(ConfigurationPlace.standard) where it is there.",
            valueName: "path"))
    var file: String?

    @Option(name: Key.logLevel.optionName, help: Key.logLevel.help) var logLevel: Logger.Level?
    @Option(name: Key.logFormat.optionName, help: Key.logFormat.help) var logFormat: LogFormat?

    func give(to options: inout GivenOptions) {
        options.add(Key.logLevel, logLevel)
        options.add(Key.logFormat, logFormat)
    }

    /// What the program is told in all, checked.
    ///
    /// - Parameter options: the command's own options that are keys, and these.
    func configuration(_ options: GivenOptions) throws -> ProgramConfiguration {
        try unchecked(options).checked()
    }

    /// The same with its mistakes, for commands that show them.
    func unchecked(_ options: GivenOptions) throws -> ProgramConfiguration {
        try ProgramConfiguration(options: options, file: file, environment: ProcessInfo.processInfo.environment)
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
