import ArgumentParser
import Configuration

/// Options of a command that are keys of the configuration too.
protocol KeyedOptions {
    /// Puts in what was given on the command line.
    func give(to options: inout GivenOptions)
}

/// What was given on the command line, by key.
struct GivenOptions: Sendable {
    private(set) var texts: [(definition: KeyDefinition, text: String)] = []

    init(_ options: any KeyedOptions...) { for options in options { options.give(to: &self) } }

    mutating func add(_ key: ConfigurationKey<String?>, _ value: String?) { add(key.definition, value) }
    mutating func add(_ key: ConfigurationKey<Int>, _ value: Int?) { add(key.definition, value.map { String($0) }) }
    mutating func add(_ key: ConfigurationKey<Duration>, _ value: Double?) { add(key.definition, value?.plain) }
    mutating func add<Choice: RawRepresentable<String>>(_ key: ConfigurationKey<Choice>, _ value: Choice?) {
        add(key.definition, value?.rawValue)
    }

    mutating func add<Choice: RawRepresentable<String>>(_ key: ConfigurationKey<Choice?>, _ value: Choice?) {
        add(key.definition, value?.rawValue)
    }

    private mutating func add(_ definition: KeyDefinition, _ text: String?) {
        if let text { texts.append((definition, text)) }
    }

    /// - Throws: `ValidationError` for a number that is out of its range.
    ///
    /// What a connection string should be is left to whoever connects, because it is no matter of usage.
    func validate() throws {
        for (definition, text) in texts {
            if case .connection = definition.values { continue }
            if let problem = definition.problem(with: text) {
                throw ValidationError("--\(definition.option ?? definition.name) \(problem).")
            }
        }
    }

    /// For the front of the providers: an option goes before everything else.
    var provider: InMemoryProvider {
        let values = texts.map { ($0.definition.key, ConfigValue(.string($0.text), isSecret: $0.definition.isSecret)) }
        return InMemoryProvider(name: "options", values: Dictionary(values) { $1 })
    }
}
