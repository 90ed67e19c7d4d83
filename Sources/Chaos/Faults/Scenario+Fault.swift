import DevCluster
import Postgres

extension Scenario {
    /// A scenario in which one source is faulted in one or several ways, each once before the workers start and, in the
    /// later rounds, at a random moment while they work.
    ///
    /// - Parameter isGuarded: whether it takes the source that has a server of its own.
    static func fault(
        _ name: String, _ sentence: String, isGuarded: Bool = false, _ faults: SourceFault...
    ) -> Scenario {
        Scenario(name: name, sentence: sentence) { stage in
            var generator = SeededGenerator(seed: stage.seed, part: name)
            let guarded = isGuarded ? try await [stage.guarded()] : []
            let site = try await stage.site(name, also: guarded)
            let victim = guarded.first ?? site.sources[2]
            try await site.own(
                """
                UPDATE resutveksl.sources SET statement_timeout = '1 second' WHERE source = \(victim.institution)
                """)
            if isGuarded { try await victim.cluster.replaceAccessRules([]) }
            let ground = FaultGround(site: site, victim: victim)
            var result = ScenarioResult()
            var failed = 0
            for number in 0..<max(faults.count, stage.rounds(4, quick: 1)) {
                let fault = faults[number % faults.count]
                var moment: Duration?
                if number >= faults.count, fault.strikesLate { moment = generator.moment(0...400) }
                let persons = stage.size(site.plan.persons, quick: 80)
                let round = FaultRound(ground: ground, fault: fault, moment: moment, persons: persons)
                let (part, unasked) = try await round.play()
                result.add(part)
                failed += unasked
                if !stage.isQuick { try await site.changeSources(&generator) }
            }
            result.figure("failed", failed)
            return result
        }
    }
}
