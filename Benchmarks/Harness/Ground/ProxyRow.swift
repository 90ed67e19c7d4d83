import DevCluster
import Postgres

/// A proxy before each source, made when the first one is asked for.
actor ProxyRow {
    private let world: BenchWorld
    private var made: [FaultProxy] = []

    init(world: BenchWorld) { self.world = world }

    /// Puts proxies before the last `count` sources, all in one mode, and tells how these are reached then.
    func reach(_ count: Int, _ mode: FaultProxy.Mode) async throws -> [(institution: Int32, text: String)] {
        while made.count < world.examples.sources.count { made.append(try FaultProxy(to: world.cluster)) }
        var ways: [(institution: Int32, text: String)] = []
        for (source, proxy) in zip(world.examples.sources, made).suffix(count) {
            await proxy.set(mode)
            let text = try world.cluster.connectionString(
                database: source.database, user: world.plan.examples.requesterRole
            )
            .with(["host": "127.0.0.1", "port": "\(proxy.port)", "sslmode": "disable"]).text
            ways.append((source.institution, text))
        }
        return ways
    }

    /// Lets everything through again.
    func pass() async { for proxy in made { await proxy.set(.pass) } }

    /// Bytes that were passed on so far, in both directions.
    var passedBytes: (toServer: Int, toClient: Int) {
        made.map(\.passedBytes).reduce((0, 0)) { ($0.0 + $1.toServer, $0.1 + $1.toClient) }
    }
}
