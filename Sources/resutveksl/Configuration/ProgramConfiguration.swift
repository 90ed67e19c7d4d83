import Configuration
import Foundation

/// What the program is told: by options, by the environment, by a file, in this order; else the defaults.
///
/// Read and checked as a whole before anything else is done, so that no mistake in it shows in the middle of the night only.
struct ProgramConfiguration: Sendable {
    /// Where a value comes from.
    enum Origin: Sendable, Equatable {
        case option(String)
        case environment(String)
        case file(String, line: Int)
        case standard
    }

    /// What a key is, and why.
    struct Entry: Sendable {
        let definition: KeyDefinition
        /// Nil for a key that is not set.
        let text: String?
        let origin: Origin
    }

    /// Names in the environment that begin as ours and are no keys: of the file itself, and of cron's script and the one that
    /// tells of failures, which the program inherits.
    static let otherVariables: Set = [
        ConfigurationPlace.variable, "RESUTVEKSL_CONFIGURATION", "RESUTVEKSL_LOGS", "RESUTVEKSL_PROGRAM",
        "RESUTVEKSL_FAILURE", "RESUTVEKSL_REPORT", "RESUTVEKSL_REPORT_HOOK",
        "RESUTVEKSL_REPORT_SINCE", "RESUTVEKSL_METRICS", "RESUTVEKSL_DELAY", "RESUTVEKSL_HOOK", "RESUTVEKSL_GUARD",
    ]

    let place: ConfigurationPlace
    let file: ConfigurationFile?
    /// What is wrong; a configuration with problems is for `config check` and `config show` only.
    let problems: [ConfigurationError.Problem]
    private let layers: [Layer]

    private struct Layer: Sendable {
        let snapshot: any ConfigSnapshot
        let origin: @Sendable (KeyDefinition) -> Origin
    }

    /// - Throws: `ConfigurationError` when a file that was named cannot be read.
    init(
        options: GivenOptions = GivenOptions(), file option: String? = nil, environment: [String: String],
        keys: [KeyDefinition] = Key.all
    ) throws(ConfigurationError) {
        place = ConfigurationPlace(option: option, environment: environment)
        file = try place.read()
        // An empty variable is one that is not set.
        let prefix = KeyDefinition.environmentPrefix + "_"
        let variables = environment.filter { $0.key.hasPrefix(prefix) && !$0.value.isEmpty }
        let secrets = Set(keys.filter(\.isSecret).map(\.environmentName))
        let provider = EnvironmentVariablesProvider(
            environmentVariables: variables, secretsSpecifier: .specific(secrets)
        ).prefixKeys(with: ConfigKey([KeyDefinition.environmentPrefix.lowercased()]))
        var layers = [
            Layer(snapshot: options.provider.snapshot()) { .option("--\($0.option ?? $0.name)") },
            Layer(snapshot: provider.snapshot()) { .environment($0.environmentName) },
        ]
        if let file {
            layers.append(
                Layer(snapshot: file) { .file(file.providerName, line: file.line(of: $0) ?? 0) })
        }
        self.layers = layers
        // libpq's own defaults would lead one institution to another's database.
        let isLost = place.isInstance && layers.allSatisfy { Self.text(of: Key.database.definition, in: $0) == nil }
        let lost = ConfigurationError.Problem(
            place: place.path,
            sentence: "does not say where the own database is, nor does \(Key.database.definition.environmentName)")
        problems =
            (isLost ? [lost] : []) + Self.problems(inFile: file, keys) + Self.problems(inEnvironment: variables, keys)
            + Self.problems(inOptions: options)
    }

    /// - Throws: `ConfigurationError` with everything that is wrong.
    func checked() throws(ConfigurationError) -> Self {
        if !problems.isEmpty { throw ConfigurationError(problems: problems) }
        return self
    }

    /// The value of a key; its default also where what was said of it is no value of it.
    subscript<Value>(key: ConfigurationKey<Value>) -> Value {
        entry(of: key.definition).text.flatMap { key.definition.values.allow($0) ? key.read($0) : nil } ?? key.standard
    }

    func entry(of definition: KeyDefinition) -> Entry {
        for layer in layers {
            if let text = Self.text(of: definition, in: layer) {
                return Entry(definition: definition, text: text, origin: layer.origin(definition))
            }
        }
        return Entry(definition: definition, text: definition.standard, origin: .standard)
    }

    private static func text(of definition: KeyDefinition, in layer: Layer) -> String? {
        try? layer.snapshot.value(forKey: definition.key, type: .string).value?.content.text
    }

    // MARK: Problems

    private static func problems(
        inFile file: ConfigurationFile?, _ keys: [KeyDefinition]
    ) -> [ConfigurationError.Problem] {
        guard let file else { return [] }
        var problems = file.faults.map { (line: $0.line, sentence: $0.sentence) }
        for entry in file.entries {
            if let key = keys.first(where: { $0.name == entry.name }) {
                if let problem = key.problem(with: entry.value) {
                    problems.append((entry.line, "\(key.name) \(problem)"))
                }
            } else {
                problems.append((entry.line, unknown("key", entry.name, keys.map(\.name))))
            }
        }
        return problems.sorted { $0.line < $1.line }.map {
            .init(place: "\(file.providerName), line \($0.line)", sentence: $0.sentence)
        }
    }

    private static func problems(
        inEnvironment variables: [String: String], _ keys: [KeyDefinition]
    ) -> [ConfigurationError.Problem] {
        variables.sorted { $0.key < $1.key }.compactMap { name, value in
            if let key = keys.first(where: { $0.environmentName == name }) {
                return key.problem(with: value).map { .init(place: "\(name) in the environment", sentence: "it \($0)") }
            }
            if otherVariables.contains(name) { return nil }
            return .init(place: "the environment", sentence: unknown("variable", name, keys.map(\.environmentName)))
        }
    }

    private static func problems(inOptions options: GivenOptions) -> [ConfigurationError.Problem] {
        options.texts.compactMap { definition, text in
            definition.problem(with: text).map {
                .init(place: "--\(definition.option ?? definition.name)", sentence: "it \($0)")
            }
        }
    }

    private static func unknown(_ noun: String, _ name: String, _ names: [String]) -> String {
        let advice =
            NearestName(names: names).nearest(to: name).map { "did you mean \($0)?" }
            ?? "`resutveksl config show` lists those that there are"
        return "there is no \(noun) \(name); \(advice)"
    }
}

extension ConfigContent {
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
}
