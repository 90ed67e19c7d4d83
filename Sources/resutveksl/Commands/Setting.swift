import ArgumentParser
import Store

struct Setting: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The settings that stand in the own database.", subcommands: [List.self, Set.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the settings.")

        @OptionGroup var database: DatabaseOptions
        @OptionGroup var json: JSONOption

        private struct Entry: Encodable {
            let key: String
            let value: String?
        }

        func run() async throws {
            let entries = try await database.store().settingTexts().map { Entry(key: $0.key.rawValue, value: $0.value) }
            if json.isJSON { return try printJSON(entries) }
            var table = Table("setting", "value")
            for entry in entries { table.add(entry.key, entry.value ?? "(not set)") }
            print(table.text())
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Changes a setting.",
            discussion: """
                own_institution: number of the ordering institution, which is never asked. time_zone: in which "the same time \
                the next day" is told (Europe/Oslo). due_horizon: a run takes what is due within it (15 minutes). \
                attempt_days: days after which a failing source is given up for an order (14).
                """)

        @OptionGroup var database: DatabaseOptions
        @Argument(help: "Which setting.")
        var key: Settings.Key
        @Argument(help: "As PostgreSQL writes it, e.g. 215, Europe/Oslo, '15 minutes'.") var value: String

        func run() async throws {
            try await database.store().set(key, to: value)
            print("\(key.rawValue) = \(value)")
        }
    }
}

extension Settings.Key: ExpressibleByArgument {}
