import ArgumentParser
import Exchange
import Store

struct SourcePause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Asks a source nothing for a while; what is due there comes again the next day.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Number of the source, or of an institution that is part of it.") var institution: InstitutionNumber
    @Option(help: "Until when, e.g. '2026-12-01 06:00+01'; without it until `source resume`.") var until: String?
    @Option(help: "Why; shown with every order that waits for it.") var reason: String?

    func run() async throws {
        let source = try await database.store().pauseSource(institution, until: until, reason: reason)
        print("source \(source.asked(for: institution)) is paused" + (until.map { " until \($0)" } ?? ""))
    }
}

struct SourceResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Ends the pause of a source.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Number of the source, or of an institution that is part of it.") var institution: InstitutionNumber

    func run() async throws {
        let source = try await database.store().resumeSource(institution)
        print("source \(source.asked(for: institution)) is asked again")
    }
}

extension InstitutionNumber {
    /// A source as it is told to somebody who named it by a number: `203`, or `203 (for 216)` after a merger.
    fileprivate func asked(for institution: InstitutionNumber) -> String {
        self == institution ? "\(self)" : "\(self) (for \(institution))"
    }
}
