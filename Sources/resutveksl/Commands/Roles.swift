import ArgumentParser

struct Roles: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The roles of the own database: who may do what there.",
        subcommands: [RolesInstall.self, RolesCheck.self])
}
