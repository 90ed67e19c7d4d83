import ArgumentParser

struct Changes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What later fetches changed in Person eksternstudium.",
        subcommands: [ChangesList.self, ChangesSeen.self])
}
