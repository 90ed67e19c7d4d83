import ArgumentParser

/// Measures the program beside what people would use instead of it.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures resutveksl beside a bare script, job runners and PostgreSQL's own ways.",
        subcommands: [MeasureCommand.self, WorldCommand.self])
}
