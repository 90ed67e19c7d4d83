package import Logging

/// A few connections to one database, lent to one task at a time, in the order of asking.
package actor ConnectionPool {
    package nonisolated let string: ConnectionString
    package nonisolated let limit: Int
    private let options: ConnectionOptions
    private let logger: Logger
    private var idle: [Connection] = []
    private var inUse = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init(
        _ string: ConnectionString, limit: Int, options: ConnectionOptions = ConnectionOptions(), logger: Logger
    ) {
        self.string = string
        self.limit = max(1, limit)
        self.options = options
        self.logger = logger
    }

    /// Lends a connection that has been checked, or a new one, for the length of `body`.
    package nonisolated func withConnection<Value: Sendable>(
        _ body: (Connection) async throws -> Value
    ) async throws -> Value {
        let connection = try await take()
        do {
            let value = try await body(connection)
            await giveBack(connection)
            return value
        } catch {
            await giveBack(connection)
            throw error
        }
    }

    package nonisolated func withTransaction<Value: Sendable>(
        _ body: (Transaction) async throws -> Value
    ) async throws -> Value {
        try await withConnection { try await $0.withTransaction(body) }
    }

    /// Closes what is idle now.
    package func closeIdle() async {
        let connections = idle
        idle = []
        for connection in connections { await connection.close() }
    }

    private func take() async throws(PostgresError) -> Connection {
        if inUse >= limit {
            // The one who gives back passes the place on: `inUse` stays as it is.
            await withCheckedContinuation { waiting.append($0) }
        } else {
            inUse += 1
        }
        while let connection = idle.popLast() {
            if await connection.isUsable { return connection }
        }
        do throws(PostgresError) {
            let connection = try await Connection.connect(string, options: options, logger: logger)
            if !options.sessionScript.isEmpty { try await connection.execute(script: options.sessionScript) }
            return connection
        } catch {
            passOn()
            throw error
        }
    }

    private func giveBack(_ connection: Connection) async {
        if await connection.isUsable { idle.append(connection) }
        passOn()
    }

    private func passOn() {
        if waiting.isEmpty { inUse -= 1 } else { waiting.removeFirst().resume() }
    }
}
