import DevCluster
import Postgres
import Testing

/// Every recipe of ops/runbook.md, run as the role that it is for, on the morning after (`RunbookSituation`).
@Suite(.serialized) struct RunbookTests {
    static let questions = ((try? Runbook.recipes()) ?? []).map(\.question)

    @Test("every recipe has an expectation here, and there are more than twenty")
    func complete() throws {
        let recipes = try Runbook.recipes()
        #expect(recipes.count > 20)
        #expect(Set(recipes.map(\.question)) == Set(RunbookExpectation.all.keys))
        for recipe in recipes {
            #expect(!recipe.statements.isEmpty && recipe.statements.allSatisfy { !$0.isEmpty }, "\(recipe.question)")
        }
    }

    @Test("a recipe answers its question, or does what it says", arguments: questions)
    func recipe(question: String) async throws {
        let recipe = try #require(try Runbook.recipes().first { $0.question == question })
        let expectation = try #require(RunbookExpectation.all[question])
        let playground = try await RunbookSituation.shared.playground()
        let connection = try await playground.cluster.connect(database: playground.name, user: recipe.role.login)
        do {
            try await connection.execute(script: "BEGIN")
            var told = ""
            for statement in recipe.statements { told += try await Self.run(statement, connection) + "\n" }
            for words in expectation.told { #expect(told.contains(words), "\(told)") }
            for words in expectation.untold { #expect(!told.contains(words), "\(told)") }
            if let (query, value) = expectation.after {
                #expect(try await connection.query(Statement("SELECT (\(query))::text")).single(String?.self) == value)
            }
            #expect(!told.contains(Playground.person1))
            try await connection.execute(script: "ROLLBACK")
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    /// - Returns: the rows of a query as JSON.
    private static func run(_ statement: String, _ connection: Connection) async throws -> String {
        guard statement.hasPrefix("SELECT") else {
            try await connection.execute(script: statement)
            return ""
        }
        return try await connection.query(
            Statement("SELECT coalesce(json_agg(q)::text, '[]') FROM (\(statement)) AS q")
        )
        .single(String.self)
    }
}
