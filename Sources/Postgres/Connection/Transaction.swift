/// The right to use a connection while a transaction is open on it.
package struct Transaction: Sendable {
    let connection: Connection
    let id: UInt64

    package func query(
        _ statement: Statement, _ parameters: any PostgresEncodable..., timeout: Duration? = nil
    ) async throws(PostgresError) -> Rows {
        try await connection.query(statement, parameters.map(Parameter.init), timeout: timeout, transaction: id)
    }

    package func query(
        _ statement: Statement, arguments: [any PostgresEncodable], timeout: Duration? = nil
    ) async throws(PostgresError) -> Rows {
        try await connection.query(statement, arguments.map(Parameter.init), timeout: timeout, transaction: id)
    }

    package func execute(script: String, timeout: Duration? = nil) async throws(PostgresError) {
        try await connection.execute(script: script, timeout: timeout, transaction: id)
    }

    package func copyIn(
        _ statement: Statement, _ data: CopyData, timeout: Duration? = nil
    ) async throws(PostgresError) -> Int {
        try await connection.copyIn(statement, data.finished(), timeout: timeout, transaction: id)
    }
}

extension Connection {
    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// `body` runs where the caller runs, not on the event loop.
    package nonisolated func withTransaction<Value: Sendable>(
        _ body: (Transaction) async throws -> Value
    ) async throws -> Value {
        let transaction = Transaction(connection: self, id: try await beginTransaction())
        let value: Value
        do {
            value = try await body(transaction)
        } catch {
            // When the rollback fails too, the session goes: the server then rolls back by itself.
            do { _ = try await endTransaction(transaction.id, with: "ROLLBACK") } catch { await close() }
            throw error
        }
        let tag: String
        do { tag = try await endTransaction(transaction.id, with: "COMMIT") } catch {
            await close()
            throw error
        }
        guard tag == "COMMIT" else {
            throw PostgresError(
                .server, phase: .query, message: "the transaction was rolled back: a statement in it had failed",
                sqlState: "25P02", host: host, database: database)
        }
        return value
    }
}
