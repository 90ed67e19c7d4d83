import Foundation

/// Prints a value as JSON: keys sorted and in snake case, as columns are named in SQL; absent values are left out.
func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let text = String(decoding: try encoder.encode(value), as: UTF8.self)
    // The encoder spreads an empty list over three lines. No string can look like that: line breaks in them are escaped.
    print(text.replacing(/\[\s*\n\s*\]/, with: "[]"))
}
