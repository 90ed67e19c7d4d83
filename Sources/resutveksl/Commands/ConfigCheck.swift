import ArgumentParser

struct ConfigCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Tells everything that is wrong with the configuration.",
        discussion: """
            Unknown keys and variables, values out of range, lines that cannot be read, secrets in a file that everybody may \
            read. Connects to nothing. Exit code 78 when something is wrong.
            """)

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
        let configuration = try database.common.unchecked(GivenOptions(database))
        let problems = configuration.problems + configuration.exposures()
        if !problems.isEmpty { throw ConfigurationError(problems: problems) }
        let set = Key.all.count { configuration.entry(of: $0).origin != .standard }
        let file = configuration.file == nil ? "no configuration file" : configuration.place.path
        print("\(file): nothing is wrong; \(set.counted("key")) of \(Key.all.count) set")
    }
}
