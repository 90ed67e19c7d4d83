import Foundation
import Testing

@testable import resutveksl

/// docs/configuration.md, whose table is for people what `Key.all` is for the program.
@Suite struct ConfigurationTableTests {
    private static let page = UnitFolder.repository.appending(path: "docs/configuration.md")

    @Test("the table in docs/configuration.md says of every key what the code says, in the same order")
    func table() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") && $0.contains("`RESUTVEKSL_") }
        let expected = Key.all.map { key in
            let cells = [
                "`\(key.name)`", key.values.type.replacing("|", with: "\\|"), key.standard ?? "–",
                key.isSecret ? "yes" : "no", key.option.map { "`--\($0)`" } ?? "–", "`\(key.environmentName)`",
                key.meaning,
            ]
            return "| \(cells.joined(separator: " | ")) |"
        }
        #expect(rows.map(String.init) == expected)
    }

    @Test("the example has every key that it names, and each at its default or as a comment")
    func example() throws {
        let path = UnitFolder.repository.appending(path: "ops/examples/resutveksl.conf")
        let text = try String(contentsOf: path, encoding: .utf8)
        let used = ConfigurationFile(text: text, name: "example")
        #expect(used.faults.isEmpty && used.entries.map(\.name) == ["database"])
        let all = ConfigurationFile(text: text.replacing(/(?m)^#([a-z])/) { "\($0.output.1)" }, name: "example")
        #expect(all.faults.isEmpty, "\(all.faults)")
        for entry in all.entries {
            let key = try #require(Key.all.first { $0.name == entry.name }, "\(entry.name)")
            #expect(key.problem(with: entry.value) == nil, "\(entry.name)")
        }
    }
}
