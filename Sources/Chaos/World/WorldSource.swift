import DevCluster
import Postgres

/// A source behind a proxy of its own, so that it can be faulted alone.
struct WorldSource: Sendable {
    let institution: Int32
    let cluster: PrivateCluster
    let database: String
    let proxy: FaultProxy
    let role: String

    /// As it is registered: through the proxy.
    var connectionText: String { "host=127.0.0.1 port=\(proxy.port) dbname=\(database) user=\(role) sslmode=disable" }

    /// Runs SQL as the source's owner, past the proxy.
    func own(_ script: String) async throws { try await cluster.run(script, in: database) }

    func withOwner<Value: Sendable>(_ body: (Connection) async throws -> Value) async throws -> Value {
        let connection = try await cluster.connect(database: database)
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }
}
