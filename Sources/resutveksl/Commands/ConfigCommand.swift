import ArgumentParser

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Shows and checks what the program is told.",
        discussion: """
            An option goes before the environment, the environment before the configuration file, the file before the default. \
            What all workers of one database share stands in the database: see `resutveksl setting list`.
            """, subcommands: [ConfigShow.self, ConfigCheck.self])
}
