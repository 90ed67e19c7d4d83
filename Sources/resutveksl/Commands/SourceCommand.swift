import ArgumentParser

struct SourceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "source", abstract: "The databases that are asked.",
        subcommands: [
            SourceAdd.self, SourceList.self, SourceCheck.self, SourceInstall.self, SourcePause.self, SourceResume.self,
        ])
}
