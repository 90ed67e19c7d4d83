import ArgumentParser
@preconcurrency import Foundation
import Logging
import Postgres

/// The one program.
///
/// Commands stand in a file each; this only starts them and turns errors into exit codes.
@main
struct Program {
    static func main() async {
        // Each line as it happens, also in a pipe.
        setlinebuf(stdout)
        // A reader that went away (`resutveksl run | head`) must not end the program in the middle of its work.
        signal(SIGPIPE, SIG_IGN)
        DescriptorLimit.raise()
        LargeBlocks.giveBack()
        // libdispatch tells the system's log of each thread whose priority it may not raise, as no ordinary user may. It looks
        // here when it first has something to say.
        setenv("LIBDISPATCH_LOG", "NO", 0)
        LoggingSystem.bootstrap { ProgramLogHandler(label: $0) }
        do {
            try ServiceCredentials.adopt(environment: ProcessInfo.processInfo.environment)
            var command = try Resutveksl.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            guard let status = ExitStatus(error) else { exit(withParserError: error) }
            FileHandle.standardError.write(Data("resutveksl: \(MaskedText(status.message))\n".utf8))
            Foundation.exit(status.code)
        }
    }

    /// The argument parser repeats what it did not understand, which may be a person number in the wrong place.
    private static func exit(withParserError error: any Error) -> Never {
        let message = Resutveksl.fullMessage(for: error)
        let masked = MaskedText(message).description
        if masked == message { Resutveksl.exit(withError: error) }
        FileHandle.standardError.write(Data("\(masked)\n".utf8))
        Foundation.exit(Resutveksl.exitCode(for: error).rawValue)
    }
}

struct Resutveksl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resutveksl",
        abstract: "Fetches what students have passed at other Norwegian institutions.",
        discussion: """
            Orders of "Hent ekstern norsk utdanning" are placed with `order place` or in SQL, and drained by `run`, which a \
            timer starts every night, or by `watch`, which stays. What failed is tried again at the same time the next day.

            Exit codes: 0 all done; 1 refused or failed; 3 done, but some sources could not be asked, or lines of a list were refused; 64 wrong usage; \
            69 the own database cannot be reached; 78 something is not set up.
            """,
        version: "0.1.0",
        subcommands: [
            Migrate.self, Roles.self, Setting.self, SourceCommand.self, Person.self, Acceptance.self, Order.self,
            Explain.self, AdmissionCommand.self, ResultsCommand.self, Changes.self, InstitutionCommand.self,
            RunCommand.self, WatchCommand.self, ReportCommand.self, LogCommand.self, Audit.self, Purge.self,
            ConfigCommand.self,
            Demo.self,
        ])
}
