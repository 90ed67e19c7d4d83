import Configuration
import Foundation

/// The configuration file, in the form of postgresql.conf: `name = value`, one to a line, `#` before a comment.
///
/// A value may stand in single quotes, in which a quote is written twice; without them it goes to the end of the line. The last
/// of two lines for one key is not taken: saying a thing twice is a mistake. As a snapshot it can be read by
/// swift-configuration's providers of files as well.
struct ConfigurationFile: FileConfigSnapshot {
    struct Entry: Sendable, Equatable {
        let name: String
        let value: String
        let line: Int
    }

    /// A line that cannot be read.
    struct Fault: Error, Equatable {
        let line: Int
        let sentence: String
    }

    struct ParsingOptions: FileParsingOptions {
        var secrets: Set<String>
        static let `default` = ParsingOptions(secrets: Set(Key.all.filter(\.isSecret).map(\.name)))
    }

    let providerName: String
    let entries: [Entry]
    /// Lines that cannot be read, and names that stand twice.
    let faults: [Fault]
    private let secrets: Set<String>

    /// Takes every line that can be read; what cannot is in `faults`.
    init(text: String, name: String, options: ParsingOptions = .default) {
        var entries: [Entry] = []
        var faults: [Fault] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated()
        {
            do throws(Fault) {
                guard let entry = try Self.entry(line, index + 1) else { continue }
                if let first = entries.first(where: { $0.name == entry.name }) {
                    throw Fault(line: index + 1, sentence: "\(entry.name) is set already, on line \(first.line)")
                }
                entries.append(entry)
            } catch {
                faults.append(error)
            }
        }
        self.entries = entries
        self.faults = faults
        providerName = name
        secrets = options.secrets
    }

    /// For swift-configuration's own providers.
    ///
    /// - Throws: the first `Fault`.
    init(data: RawSpan, providerName: String, parsingOptions: ParsingOptions) throws {
        let text = data.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        self.init(text: text, name: providerName, options: parsingOptions)
        if let fault = faults.first { throw fault }
    }

    func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
        let name = key.components.joined(separator: ".")
        let entry = entries.first { $0.name == name }
        return LookupResult(
            encodedKey: name,
            value: entry.map { ConfigValue(.string($0.value), isSecret: secrets.contains(name)) })
    }

    func line(of definition: KeyDefinition) -> Int? { entries.first { $0.name == definition.name }?.line }

    var description: String { "\(providerName)[\(entries.count) values]" }

    var debugDescription: String {
        let values = entries.map { "\($0.name)=\(secrets.contains($0.name) ? "<REDACTED>" : $0.value)" }
        return "\(description): \(values.joined(separator: ", "))"
    }

    // MARK: Reading

    /// - Returns: nil for an empty line, or one with a comment only.
    private static func entry(_ line: Substring, _ number: Int) throws(Fault) -> Entry? {
        let text = line.trimmingPrefix(while: \.isWhitespace)
        guard let first = text.first, first != "#" else { return nil }
        if first == "[" {
            throw Fault(line: number, sentence: "there are no sections: write the key in full, as log.level")
        }
        guard let match = text.prefixMatch(of: /([A-Za-z0-9_.\-]+)\s*=\s*/) else {
            throw Fault(line: number, sentence: "is not of the form name = value")
        }
        let rest = text[match.range.upperBound...]
        let value = rest.first == "'" ? try quoted(rest, number) : plain(rest)
        if value.isEmpty {
            throw Fault(line: number, sentence: "\(match.output.1) has no value; leave the line out instead")
        }
        return Entry(name: String(match.output.1), value: value, line: number)
    }

    private static func plain(_ rest: Substring) -> String {
        // A # within a word is part of it.
        let end = rest.hasPrefix("#") ? rest.startIndex : rest.firstMatch(of: /\s+#/)?.range.lowerBound ?? rest.endIndex
        var value = rest[..<end]
        while value.last?.isWhitespace == true { value.removeLast() }
        return String(value)
    }

    private static func quoted(_ rest: Substring, _ number: Int) throws(Fault) -> String {
        guard let match = rest.wholeMatch(of: /'((?:[^']|'')*)'\s*(?:#.*)?/) else {
            throw Fault(
                line: number, sentence: "a value in quotes ends with a quote, and nothing but a comment follows")
        }
        return String(match.output.1).replacing("''", with: "'")
    }
}
