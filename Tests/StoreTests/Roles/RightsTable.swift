import Foundation
import Testing

/// The tables of docs/roles.md: what somebody does, the SQL, and who may.
enum RightsTable {
    struct Row: Sendable, CustomTestStringConvertible {
        let what: String
        let sql: String
        /// By the heading of the column, blanks as underscores: whether it is allowed.
        let cells: [(role: String, isAllowed: Bool)]

        var testDescription: String { what }
    }

    struct NotATable: Error {
        let line: String
    }

    static func rows(_ section: String) throws -> [Row] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/roles.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        let lines = page.split(separator: "\n").drop { $0 != "## \(section)" }.dropFirst().prefix {
            !$0.hasPrefix("## ")
        }
        let rows = lines.filter { $0.hasPrefix("| ") }.map { line in
            line.dropFirst().dropLast().split(separator: " | ").map { $0.trimmingCharacters(in: [" "]) }
        }
        guard let heading = rows.first else { throw NotATable(line: section) }
        return try rows.dropFirst().map { row in
            guard row.count == heading.count, row[1].hasPrefix("`"), row[1].hasSuffix("`"),
                row.dropFirst(2).allSatisfy({ ["yes", "–"].contains($0) })
            else { throw NotATable(line: row.joined(separator: " | ")) }
            return Row(
                what: row[0], sql: String(row[1].dropFirst().dropLast()),
                cells: zip(heading, row).dropFirst(2).map { ($0.replacing(" ", with: "_"), $1 == "yes") })
        }
    }
}
