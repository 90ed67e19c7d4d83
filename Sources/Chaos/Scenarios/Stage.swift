import DevCluster
import Logging
import Postgres

/// What scenarios have in common: how long they may be, the seed, and the worlds they play in.
actor Stage {
    nonisolated let isQuick: Bool
    nonisolated let rounds: Int?
    nonisolated let seed: UInt64
    nonisolated let logger: Logger
    private var making: Task<World, any Error>?
    private var makingGuarded: Task<WorldSource, any Error>?
    private var sites = 0

    init(isQuick: Bool, rounds: Int?, seed: UInt64, logger: Logger) {
        self.isQuick = isQuick
        self.rounds = rounds
        self.seed = seed
        self.logger = logger
    }

    /// A number that depends on the size: `--rounds` before `--quick`.
    nonisolated func rounds(_ full: Int, quick: Int) -> Int { rounds ?? size(full, quick: quick) }

    nonisolated func size(_ full: Int, quick: Int) -> Int { isQuick ? quick : full }

    /// The world that most scenarios share, because making one takes some seconds.
    func world() async throws -> World {
        if let making { return try await making.value }
        let logger = logger
        let task = Task { try await World.make(WorldPlan(), logger: logger) }
        making = task
        return try await task.value
    }

    /// A source on a server of its own, with TLS and few connections, that can be stopped and set up otherwise.
    func guarded() async throws -> WorldSource {
        if let makingGuarded { return try await makingGuarded.value }
        let plan = try await world().plan
        let logger = logger
        let task = Task {
            var options = ClusterOptions(listensOnTCP: true)
            options.certificateNames = ["localhost"]
            options.maxConnections = 16
            options.settings = [
                "synchronous_commit": "on", "wal_level": "replica", "max_wal_senders": "2",
                "password_encryption": "scram-sha-256",
            ]
            let cluster = try await PrivateCluster.start(options, logger: logger)
            do {
                var examples = plan.examples()
                examples.institutions = Array(ExamplePlan(sources: plan.sources + 1).institutions.suffix(1))
                return try await World.makeSources(examples, in: cluster)[0]
            } catch {
                await cluster.remove()
                throw error
            }
        }
        makingGuarded = task
        return try await task.value
    }

    func nextNumber() -> Int {
        sites += 1
        return sites
    }

    /// An installation in the common world, with everybody registered and nothing ordered.
    func site(_ name: String, also sources: [WorldSource] = []) async throws -> Site {
        let world = try await world()
        // A scenario that could not be played to its end may have left a fault.
        for source in world.sources { await source.proxy.set(.pass) }
        let site = try await Site.make(
            in: world, name: name, number: nextNumber(), sources: world.sources + sources)
        try await site.addPersons(0..<world.plan.persons)
        return site
    }

    func end() async {
        if let makingGuarded, let source = try? await makingGuarded.value { await source.cluster.remove() }
        if let making, let world = try? await making.value { await world.remove() }
    }
}
