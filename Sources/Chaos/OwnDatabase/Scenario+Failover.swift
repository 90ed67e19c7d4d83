import DevCluster
import Logging
import Postgres

extension Scenario {
    static let ownFailover = Scenario(
        name: "own_failover",
        sentence: "The own primary crashes for good; its synchronous standby is promoted, and workers go on there."
    ) { stage in
        var generator = SeededGenerator(seed: stage.seed, part: "own_failover")
        var result = ScenarioResult()
        let world = try await stage.world()
        for _ in 0..<stage.rounds(5, quick: 1) {
            try await Failover.with(world.plan.examples().institutions, logger: stage.logger) { pair in
                let site = try await Site.make(
                    in: world, name: "own_failover", number: stage.nextNumber(), ownText: pair.text,
                    folder: pair.standby.folder)
                try await site.addPersons(0..<world.plan.persons)
                let moment = generator.moment(100...900)
                let disturbance = Disturbance(site: site, workers: 3)
                let (part, _) = try await disturbance.play(atMost: 1, every: moment) { _ in
                    try await pair.primary.stop(.immediate)
                    try await pair.standby.promote()
                }
                result.add(part)
                Progress.say("  failed over after \(moment), \(result.orders) orders")
            }
        }
        result.figure("failovers", result.rounds)
        return result
    }
}

/// A primary and its synchronous standby.
private struct Failover {
    let primary: PrivateCluster
    let standby: PrivateCluster

    /// As libpq finds whichever of the two can be written.
    var text: String {
        "host=\(primary.folder),\(standby.folder) port=\(primary.port),\(standby.port) user=postgres "
            + "dbname=own_failover target_session_attrs=read-write connect_timeout=2"
    }

    static func with(
        _ institutions: [Int32], logger: Logger, _ body: (Failover) async throws -> Void
    ) async throws {
        var options = ClusterOptions()
        options.settings = [
            "synchronous_commit": "on", "wal_level": "replica", "max_wal_senders": "4",
        ]
        options.accessRules = ["local replication all trust"]
        let primary = try await PrivateCluster.start(options, logger: logger)
        do {
            try await World.makeOwnTemplate(institutions, in: primary)
            try await primary.createDatabase("own_failover", template: World.ownTemplate)
            let standby = try await PrivateCluster.startStandby(of: primary)
            do {
                // Only now: nothing could be committed while there was nobody to confirm it.
                try await primary.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
                try await primary.run("SELECT pg_reload_conf()")
                try await body(Failover(primary: primary, standby: standby))
                await standby.remove()
            } catch {
                await standby.remove()
                throw error
            }
            await primary.remove()
        } catch {
            await primary.remove()
            throw error
        }
    }
}
