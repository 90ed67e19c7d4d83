import DevCluster
import Glibc
import Postgres

extension Scenario {
    static let partition = Scenario(
        name: "partition",
        sentence:
            "A worker on another host loses its way to the own database for longer than its lease, and finds it again."
    ) { stage in
        var generator = SeededGenerator(seed: stage.seed, part: "partition")
        var result = ScenarioResult()
        let host: OtherHost
        do {
            host = try await OtherHost.make(number: Int.random(in: 0..<60, using: &generator))
        } catch {
            Progress.say("  skipped: \(error)")
            result.figure("skipped", "no_network_namespaces")
            return result
        }
        let world = try await stage.world()
        var options = ClusterOptions(listensOnTCP: true)
        options.settings = ["synchronous_commit": "on", "listen_addresses": "127.0.0.1,\(host.ownAddress)"]
        options.accessRules = ["host all all \(host.otherAddress)/32 trust"]
        let cluster = try await PrivateCluster.start(options, logger: stage.logger)
        do {
            try await World.makeOwnTemplate(world.plan.examples().institutions, in: cluster)
            let site = try await Site.make(
                in: world, name: "partition", number: stage.nextNumber(), ownCluster: cluster)
            try await site.addPersons(0..<world.plan.persons)
            // Sources are reached by their sockets, which another network namespace does not cut off.
            for source in site.sources {
                try await site.register(
                    source,
                    connection: source.cluster.connectionString(database: source.database, user: source.role).text)
            }
            let far = "host=\(host.ownAddress) port=\(cluster.port) user=postgres dbname=partition connect_timeout=2"
            for _ in 0..<stage.rounds(8, quick: 1) {
                result.add(try await play(site, host, far, generator.moment(150...600)))
                try await site.changeSources(&generator)
            }
            await cluster.remove()
            host.end()
        } catch {
            await cluster.remove()
            host.end()
            throw error
        }
        return result
    }

    private static func play(
        _ site: Site, _ host: OtherHost, _ far: String, _ moment: Duration
    ) async throws -> ScenarioResult {
        var round = Round(site)
        round.arguments = ["run", "--lease", "2", "--claim-size", "60", "--log-level", "warning"]
        var result = ScenarioResult(rounds: 1)
        result.orders = try await round.begin()
        let cutOff = try await site.start(round.arguments, before: host.entry, ownText: far)
        try await Task.sleep(for: moment)
        try await host.link(isUp: false)
        let began = ContinuousClock.now
        var found: [Violation] = []
        do {
            try await Task.sleep(for: .milliseconds(2500))
            found += try await round.drain(within: .seconds(25)).1
            result.recovery = began.duration(to: .now)
            if try await site.openOrders() > 0 {
                found.append(Violation(kind: .wrong, rule: "not_taken_over", detail: "from \(cutOff.name), cut off"))
            }
        } catch {
            try? await host.link(isUp: true)
            throw error
        }
        try await host.link(isUp: true)
        if let status = try await cutOff.ended(within: .seconds(60)) {
            found += Crew.oddities(of: cutOff, status, isAllowed: false)
        } else {
            cutOff.send(SIGKILL)
            found.append(Violation(kind: .wrong, rule: "worker_hangs", detail: "\(cutOff.name), connected again"))
        }
        found += try await round.drain().1
        Round.tell(found)
        result.add(found)
        // It knew nothing of having lost its claim, and asked on while the sources still answered.
        result.add(try await round.end(lateQuestions: 60 * site.sources.count))
        return result
    }
}
