import Postgres

/// A source that knows both test persons, inside a transaction that is undone.
struct Source {
    private let transaction: Transaction

    /// Runs `body` and undoes everything that it did.
    ///
    /// - Parameter role: whose session it is; the superuser's may change everything and ask as anybody.
    static func undoing<Value: Sendable>(
        as role: String = "postgres", _ body: (Source) async throws -> Value
    ) async throws -> Value {
        let pool = try await ContractServer.shared.sessions(of: role)
        do {
            return try await pool.withTransaction { transaction in
                throw Undone(value: try await body(Source(transaction: transaction)))
            }
        } catch let undone as Undone<Value> {
            return undone.value
        }
    }

    /// Leaves the transaction with a value and without its changes.
    private struct Undone<Value: Sendable>: Error {
        let value: Value
    }

    /// Runs SQL, one statement or many.
    func run(_ script: String) async throws { try await transaction.execute(script: script) }

    func ask(_ question: Question, as role: String = ContractServer.requester) async throws -> Answer {
        try await acting(as: role) {
            try Answer(try await transaction.query(Question.call, arguments: question.arguments))
        }
    }

    /// The first column of a query's rows, as text.
    func texts(_ query: String) async throws -> [String?] {
        try await transaction.query(Statement(query)).decode(String?.self)
    }

    /// The error with which a question is refused; the transaction goes on as before it.
    func refusal(of question: Question, as role: String = ContractServer.requester) async throws -> PostgresError {
        try await refusal { _ = try await ask(question, as: role) }
    }

    /// The error with which SQL is refused; the transaction goes on as before it.
    ///
    /// - Parameter role: nil for the one whose session it is.
    func refusal(of script: String, as role: String? = nil) async throws -> PostgresError {
        try await refusal {
            if let role { try await acting(as: role) { try await run(script) } } else { try await run(script) }
        }
    }

    /// `session_user` is what the contract goes by: a role that is merely set would not do.
    private func acting<Value: Sendable>(as role: String, _ body: () async throws -> Value) async throws -> Value {
        try await run("SET LOCAL SESSION AUTHORIZATION \(role)")
        let value = try await body()
        try await run("SET LOCAL SESSION AUTHORIZATION DEFAULT")
        return value
    }

    private func refusal(_ body: () async throws -> Void) async throws -> PostgresError {
        try await run("SAVEPOINT refusal")
        do {
            try await body()
        } catch let error as PostgresError {
            try await run("ROLLBACK TO SAVEPOINT refusal")
            return error
        }
        throw NotRefused()
    }

    /// What should have been refused was done.
    private struct NotRefused: Error {}
}
