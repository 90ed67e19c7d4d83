import ArgumentParser

struct ConfigShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Lists every key with its value, and where the value comes from.",
        discussion: "Secrets are not shown, and nothing is connected to.")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption

    private struct Report: Encodable {
        let file: String
        let isFileRead: Bool
        let keys: [Line]
        let problems: [String]
    }

    private struct Line: Encodable {
        let key: String
        let value: String?
        let isSet: Bool
        let isSecret: Bool
        /// `option`, `environment`, `file` or `default`.
        let origin: String
        /// The option, the variable, or the file with its line.
        let place: String?
    }

    func run() async throws {
        let configuration = try database.common.unchecked(GivenOptions(database))
        let keys = Key.all.map { Self.key(configuration.entry(of: $0)) }
        let problems = configuration.problems.map { "\($0.place): \($0.sentence)" }
        let isRead = configuration.file != nil
        if json.isJSON {
            return try printJSON(
                Report(file: configuration.place.path, isFileRead: isRead, keys: keys, problems: problems))
        }
        print("file: \(configuration.place.path)\(isRead ? "" : " (not there, or not readable)")")
        var table = Table("key", "value", "origin")
        for key in keys {
            table.add(key.key, key.value ?? (key.isSet ? "(not shown)" : "(not set)"), key.place ?? key.origin)
        }
        print(table.text())
        for problem in problems { print("problem: \(problem)") }
    }

    private static func key(_ entry: ProgramConfiguration.Entry) -> Line {
        let (origin, place): (String, String?) =
            switch entry.origin {
            case .option(let name): ("option", name)
            case .environment(let name): ("environment", name)
            case .file(let path, let line): ("file", "\(path), line \(line)")
            case .standard: ("default", nil)
            }
        // What cannot be used may hold what it must not: a password.
        let isShown =
            entry.text.map { !entry.definition.isSecret && entry.definition.problem(with: $0) == nil } ?? false
        return Line(
            key: entry.definition.name, value: isShown ? entry.text : nil, isSet: entry.text != nil,
            isSecret: entry.definition.isSecret, origin: origin, place: place)
    }
}
