import DevCluster
import Postgres

/// Trouble with the own database, which workers wait out.
extension Scenario {
    static let ownRestart = Scenario(
        name: "own_restart",
        sentence: "The own server is restarted while workers are at work, in turns in peace and as in a crash."
    ) { stage in
        var generator = SeededGenerator(seed: stage.seed, part: "own_restart")
        // A server of its own: the other scenarios' databases must not go away with it.
        let world = try await stage.world()
        var options = ClusterOptions()
        options.settings = ["synchronous_commit": "on"]
        let cluster = try await PrivateCluster.start(options, logger: stage.logger)
        do {
            try await World.makeOwnTemplate(world.plan.examples().institutions, in: cluster)
            let site = try await Site.make(
                in: world, name: "own_restart", number: stage.nextNumber(), ownCluster: cluster)
            try await site.addPersons(0..<world.plan.persons)
            let restarts = stage.rounds(20, quick: 3)
            var result = ScenarioResult()
            var done = 0
            while done < restarts {
                let disturbance = Disturbance(site: site, workers: 2 + result.rounds % 2)
                let ahead = restarts - done
                let already = done
                let (part, times) = try await disturbance.play(atMost: ahead, every: generator.moment(50...600)) {
                    number in
                    try await cluster.restart((already + number) % 2 == 0 ? .fast : .immediate)
                }
                result.add(part)
                done += times
                Progress.say("  \(done) of \(restarts) restarts, \(result.orders) orders")
                try await site.changeSources(&generator)
            }
            result.figure("restarts", done)
            await cluster.remove()
            return result
        } catch {
            await cluster.remove()
            throw error
        }
    }

    static let ownTerminate = Scenario(
        name: "own_terminate", sentence: "Sessions of workers at the own database are terminated at random."
    ) { stage in
        var generator = SeededGenerator(seed: stage.seed, part: "own_terminate")
        let site = try await stage.site("own_terminate")
        let wanted = stage.rounds(150, quick: 8)
        var result = ScenarioResult()
        var done = 0
        while done < wanted {
            let disturbance = Disturbance(site: site, workers: 3)
            let (part, times) = try await disturbance.play(atMost: wanted - done, every: generator.moment(10...90)) {
                _ in
                try await site.own(
                    """
                    SELECT pg_terminate_backend(pid) FROM (
                        SELECT pid FROM pg_stat_activity WHERE datname = current_database()
                            AND application_name LIKE 'worker-%' ORDER BY random() LIMIT 1) AS one
                    """)
            }
            result.add(part)
            done += times
            Progress.say("  \(done) of \(wanted) terminations, \(result.orders) orders")
            try await site.changeSources(&generator)
        }
        result.figure("terminations", done)
        return result
    }
}
