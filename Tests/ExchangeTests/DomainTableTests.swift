import Foundation
import Testing

/// docs/domain-tests.md, which says for every statement of the domain which test shows it.
struct DomainTableTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

    /// Statement, test and file of each row.
    private static var rows: [(statement: String, test: String, file: String)] {
        get throws {
            let page = try String(contentsOf: root.appending(path: "docs/domain-tests.md"), encoding: .utf8)
            return page.split(separator: "\n").filter { $0.hasPrefix("| ") && $0 != "| statement | test | file |" }
                .map { line in
                    let cells = line.split(separator: " | ").map { $0.trimmingCharacters(in: ["|", " "]) }
                    return (cells[0], cells.count > 1 ? cells[1] : "", cells.count > 2 ? cells[2] : "")
                }
        }
    }

    @Test("Each test that docs/domain-tests.md names exists in the file that it names")
    func named() throws {
        let rows = try Self.rows
        #expect(rows.count > 60)
        for (statement, test, file) in rows {
            let source = try? String(contentsOf: Self.root.appending(path: "Tests/\(file)"), encoding: .utf8)
            #expect(source?.contains("\"\(test)\"") == true, "\(statement): \(file)")
        }
    }
}
