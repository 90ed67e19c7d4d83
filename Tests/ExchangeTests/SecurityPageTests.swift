import Foundation
import Testing

/// docs/security.md, which says for every claim which test shows it.
struct SecurityPageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

    @Test("Each test that docs/security.md names exists in the file that it names")
    func named() throws {
        let page = try String(contentsOf: Self.root.appending(path: "docs/security.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").map { $0.split(separator: " | ").map(String.init) }
            .filter { $0.count == 3 && $0[2].contains(".swift") }
        #expect(rows.count > 20)
        for row in rows {
            let file = row[2].trimmingCharacters(in: ["|", " "])
            let source = try? String(contentsOf: Self.root.appending(path: "Tests/\(file)"), encoding: .utf8)
            #expect(["\"\(row[1])\"", "`\(row[1])`"].contains { source?.contains($0) == true }, "\(row[0]): \(file)")
        }
    }
}
