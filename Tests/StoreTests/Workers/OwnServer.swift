import DevCluster
import Exchange
import Migrations
import Postgres
import Store
import Testing

/// A playground whose own database has a server to itself, behind a proxy, so that it can go away.
struct OwnServer {
    let cluster: PrivateCluster
    let proxy: FaultProxy
    /// Reaches its own database through the proxy; the sources are on the common server.
    let playground: Playground
    static func with(_ sources: Int32..., body: (OwnServer) async throws -> Void) async throws {
        var options = ClusterOptions(listensOnTCP: true)
        // What was committed must be there after a crash.
        options.isDurable = true
        let cluster = try await PrivateCluster.start(options)
        do {
            try await body(try await make(cluster, sources))
            await cluster.remove()
        } catch {
            await cluster.remove()
            throw error
        }
    }

    private static func make(_ cluster: PrivateCluster, _ sources: [Int32]) async throws -> OwnServer {
        try await cluster.createDatabase("own")
        let connection = try await cluster.connect(database: "own")
        _ = try await Migrator(.ownDatabase).migrate(connection)
        _ = try await connection.query("UPDATE resutveksl.settings SET own_institution = 215")
        await connection.close()
        let proxy = try FaultProxy(to: .port(cluster.port))
        let direct = try cluster.connectionString(database: "own")
        let string = try direct.with(["host": "127.0.0.1", "port": String(proxy.port)])
        let log = LogBook()
        let playground = Playground(
            cluster: try await TestServer.shared.cluster(), name: await TestServer.shared.nextName(),
            store: Store(string, logger: log.logger()), log: log)
        for source in sources { try await playground.addSource(source) }
        return OwnServer(cluster: cluster, proxy: proxy, playground: playground)
    }

    /// The first column of the first row of a query, past the proxy.
    func value(_ query: String) async throws -> String? {
        let connection = try await cluster.connect(database: "own")
        let text = try await connection.query(Statement("SELECT (\(query))::text")).single(String?.self)
        await connection.close()
        return text
    }

    /// A store that waits for its database.
    var patientStore: Store {
        var store = playground.store
        store.patience = Patience(limit: .seconds(60))
        return store
    }
}
