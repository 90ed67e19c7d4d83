import Foundation
import Testing

@testable import resutveksl

/// The messages that alerts hang on.
@Suite struct KnownEventTests {
    @Test("docs/logs.md has every message with its identifier, and no other")
    func documented() throws {
        let page = UnitFolder.repository.appending(path: "docs/logs.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let rows = text.matches(of: /(?m)^\| ([^|]+) \| [^|]+ \| `([0-9a-f]{32})` \|/).map {
            [$0.output.1, $0.output.2]
        }
        #expect(rows.map { $0.map(String.init) } == KnownEvent.allCases.map { [$0.rawValue, $0.identifier] })
    }

    @Test("identifiers are random ones of 128 bits, each of its own")
    func identifiers() {
        for event in KnownEvent.allCases {
            #expect(event.identifier.wholeMatch(of: /[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}/) != nil, "\(event)")
        }
        #expect(Set(KnownEvent.allCases.map(\.identifier)).count == KnownEvent.allCases.count)
    }

    @Test("every message from info on that the code logs is known, and every known one is logged somewhere")
    func inCode() throws {
        let folder = UnitFolder.repository.appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var found: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" && !file.path().contains("/Chaos/") {
            let text = try String(contentsOf: file, encoding: .utf8)
            let calls = /logger\.(?:info|notice|warning|error|critical|log)\(\s*(?:level: [^\n]*?, )?"([^"]*)"/
            for match in text.matches(of: calls) { found.insert(String(match.output.1)) }
        }
        #expect(found == Set(KnownEvent.allCases.map(\.rawValue)))
    }
}
