import DevCluster
import Postgres

/// An own database that something is measured in.
struct OwnDatabase: Sendable {
    let world: BenchWorld
    let name: String

    /// How it is reached: libpq's form.
    var text: String { world.ownText(name) }

    func run(_ script: String) async throws { try await world.cluster.run(script, in: name) }

    /// Orders again for the persons with the lowest numbers.
    func order(_ count: Int) async throws { try await run(BenchWorld.orderScript(count)) }

    func with<Value: Sendable>(_ body: (Connection) async throws -> Value) async throws -> Value {
        let connection = try await world.cluster.connect(database: name)
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    /// As many sessions as are needed at a time, which stay open until `body` ends.
    func withSessions(_ body: (ConnectionPool) async throws -> Void) async throws {
        let sessions = ConnectionPool(
            try world.cluster.connectionString(database: name), limit: 64, logger: world.cluster.logger)
        do { try await body(sessions) } catch {
            await sessions.closeIdle()
            throw error
        }
        await sessions.closeIdle()
    }

    func count(_ query: String) async throws -> Int {
        try await with { try await $0.query(Statement(query), timeout: .seconds(300)).single(Int.self) }
    }

    func tells(_ query: String) async throws -> Bool {
        try await with { try await $0.query(Statement(query)).single(Bool.self) }
    }

    /// Registers sources as reached otherwise.
    func reach(_ sources: [(institution: Int32, text: String)], connectTimeout: Duration? = nil) async throws {
        _ = try await with { own in
            if let connectTimeout {
                _ = try await own.query("UPDATE resutveksl.sources SET connect_timeout = $1", connectTimeout)
            }
            return try await own.query(
                """
                UPDATE resutveksl.sources s SET conninfo = n.conninfo
                FROM unnest($1, $2) AS n (source, conninfo) WHERE n.source = s.source
                """, sources.map(\.institution), sources.map(\.text)
            ).affected
        }
    }
}
