import DevCluster
import Migrations
import Postgres

/// A database of a test's own, for what cannot be undone by a rollback.
struct SourceDatabase: Sendable {
    let cluster: PrivateCluster
    let name: String

    func connect(as role: String) async throws -> Connection {
        try await cluster.connect(database: name, user: role)
    }

    /// Runs SQL as the superuser.
    func run(_ script: String) async throws { try await cluster.run(script, in: name) }

    /// The first column of a query's rows, as text, read by the superuser.
    func texts(_ query: String) async throws -> [String?] {
        let connection = try await cluster.connect(database: name)
        let rows = try await connection.query(Statement(query)).decode(String?.self)
        await connection.close()
        return rows
    }

    func installContract(as role: String = "postgres") async throws {
        let connection = try await connect(as: role)
        do {
            _ = try await Migrator(.sourceContract).migrate(connection)
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Asks in a session of its own; what the source records stays.
    func ask(_ question: Question, as role: String = ContractServer.requester) async throws -> Answer {
        let connection = try await connect(as: role)
        let answer = try Answer(try await connection.query(Question.call, arguments: question.arguments))
        await connection.close()
        return answer
    }
}
