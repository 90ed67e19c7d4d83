import ArgumentParser
import Configuration
import Foundation

/// A thing that can be configured, with the type of its value.
///
/// What is known of it without the type is its `definition`. The keys themselves are in `Key`.
struct ConfigurationKey<Value: Sendable>: Sendable {
    let definition: KeyDefinition
    /// What holds when nobody says anything.
    let standard: Value
    /// The value of a text that `definition` allows.
    let read: @Sendable (String) -> Value?

    /// How the option on the command line is called.
    ///
    /// A key without an option has none to declare either.
    var optionName: NameSpecification { .customLong(definition.option ?? "") }

    /// What `--help` says about the option.
    var help: ArgumentHelp {
        ArgumentHelp(
            definition.meaning,
            discussion: (definition.standard.map { "Default: \($0). " } ?? "") + "Also \(definition.environmentName).",
            valueName: definition.values.placeholder)
    }
}

extension ConfigurationKey where Value == String? {
    /// A text that may be missing.
    static func text(
        _ name: String, _ values: KeyDefinition.Values = .text, option: String? = nil, isSecret: Bool = false,
        _ meaning: String
    ) -> Self {
        let definition = KeyDefinition(
            name: name, values: values, standard: nil, option: option, isSecret: isSecret, meaning: meaning)
        return Self(definition: definition, standard: nil) { $0 }
    }
}

extension ConfigurationKey where Value == Int {
    static func count(
        _ name: String, of unit: String, _ standard: Int, in range: ClosedRange<Int>, option: String? = nil,
        _ meaning: String
    ) -> Self {
        let definition = KeyDefinition(
            name: name, values: .count(range, unit), standard: String(standard), option: option, meaning: meaning)
        return Self(definition: definition, standard: standard) { Int($0) }
    }
}

extension ConfigurationKey where Value == Duration {
    static func seconds(
        _ name: String, _ standard: Int, in range: ClosedRange<Double>, option: String? = nil, _ meaning: String
    ) -> Self {
        let definition = KeyDefinition(
            name: name, values: .seconds(range), standard: String(standard), option: option, meaning: meaning)
        return Self(definition: definition, standard: .seconds(standard)) { Double($0).map { .seconds($0) } }
    }
}

extension ConfigurationKey where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    static func choice(_ name: String, _ standard: Value, option: String? = nil, _ meaning: String) -> Self {
        let definition = KeyDefinition(
            name: name, values: .choice(Value.allCases.map(\.rawValue)), standard: standard.rawValue, option: option,
            meaning: meaning)
        return Self(definition: definition, standard: standard) { Value(rawValue: $0) }
    }
}

extension ConfigurationKey {
    /// One of some words, or none.
    static func choice<Word>(_ name: String, option: String? = nil, _ meaning: String) -> Self
    where Value == Word?, Word: RawRepresentable & CaseIterable, Word.RawValue == String {
        let definition = KeyDefinition(
            name: name, values: .choice(Word.allCases.map(\.rawValue)), standard: nil, option: option, meaning: meaning)
        return Self(definition: definition, standard: nil) { Word(rawValue: $0) }
    }
}
