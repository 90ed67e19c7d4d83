import DevCluster
import Glibc
import Postgres

/// A round in which a source is faulted, and lifted again.
struct FaultRound {
    let ground: FaultGround
    let fault: SourceFault
    /// When it strikes after the workers have started; nil strikes before.
    let moment: Duration?
    let persons: Int

    private var site: Site { ground.site }

    /// - Returns: what came of it, and how many orders could not be asked about at the victim.
    func play() async throws -> (ScenarioResult, unasked: Int) {
        var result = ScenarioResult()
        var round = Round(site)
        round.arguments = ["run", "--lease", "3", "--claim-size", "40", "--log-level", "warning"]
        result.orders += try await round.begin(0..<persons)
        result.rounds += 1
        var violations: [Violation] = []
        var failed = 0
        do {
            if moment == nil { try await fault.strike(ground) }
            violations += try await work(round.arguments)
            violations += try await round.compare(faulted: [ground.victim.institution], outcomes: fault.outcomes)
            failed = try await failedPairs()
            violations += try await untold(failed)
        } catch {
            try? await fault.lift(ground)
            await ground.letGo()
            throw error
        }
        try await fault.lift(ground)
        await ground.letGo()
        let (recovery, oddities) = try await round.drain()
        result.recovery = max(result.recovery, recovery)
        violations += oddities
        Round.tell(violations.filter { $0.order == nil })
        result.add(violations)
        result.add(try await round.end())
        return (result, failed)
    }

    /// Two workers share the orders; with nothing to wait for, both end by themselves.
    private func work(_ arguments: [String]) async throws -> [Violation] {
        var workers: [WorkerProcess] = []
        for _ in 0..<2 { workers.append(try await site.start(arguments)) }
        if let moment {
            try await Task.sleep(for: moment)
            try await fault.strike(ground)
        }
        var oddities: [Violation] = []
        for worker in workers {
            guard let status = try await worker.ended(within: .seconds(60)) else {
                worker.send(SIGKILL)
                oddities.append(Violation(kind: .wrong, rule: "worker_hangs", detail: worker.name))
                continue
            }
            oddities += Crew.oddities(of: worker, status, isAllowed: false)
        }
        return oddities
    }

    private func failedPairs() async throws -> Int {
        try await site.value(
            """
            SELECT count(*) FROM chaos.orders JOIN resutveksl.transfers t USING (order_number)
            WHERE t.source = \(ground.victim.institution) AND t.next_attempt IS NOT NULL
            """)
    }

    /// That the fault was noticed at all, and told by its SQLSTATE.
    private func untold(_ failed: Int) async throws -> [Violation] {
        if moment != nil || fault.outcomes.isEmpty { return [] }
        if failed == 0 {
            return [Violation(kind: .wrong, rule: "fault_unnoticed", source: ground.victim.institution)]
        }
        let states = try await site.withOwn { own in
            try await own.query(
                """
                SELECT DISTINCT coalesce(p.sqlstate, '') FROM chaos.pairs p
                WHERE p.source = $1 AND p.next_attempt IS NOT NULL
                """, ground.victim.institution
            ).decode(String.self)
        }
        if fault.sqlStates.isEmpty || !fault.sqlStates.isDisjoint(with: states) { return [] }
        let told = states.sorted().joined(separator: " ")
        return [
            Violation(
                kind: .wrong, rule: "fault_untold", source: ground.victim.institution,
                detail: "SQLSTATE \(told), ought to be \(fault.sqlStates.sorted().joined(separator: " "))")
        ]
    }
}
