import Foundation

/// ops/runbook.md: each question with the SQL under it.
enum Runbook {
    struct Recipe: Sendable {
        let question: String
        let role: UserRole
        let statements: [String]
    }

    static func recipes() throws -> [Recipe] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../ops/runbook.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        return page.split(separator: "\n### ").dropFirst().compactMap { section in
            // A chapter's heading ends the last question of the one before.
            let section = section.split(separator: "\n## ")[0]
            let question = section.prefix { $0 != "\n" }
            let role = section.firstMatch(of: /\nRole: `([a-z_]+)`\n/).flatMap {
                UserRole(rawValue: String($0.output.1))
            }
            let blocks = section.matches(of: /```sql\n((?:.|\n)*?)```/).map { String($0.output.1) }
            let statements = blocks.joined(separator: "\n").split(separator: /;\n/).map(String.init)
            return Recipe(question: String(question), role: role ?? .operator, statements: statements)
        }
    }
}
