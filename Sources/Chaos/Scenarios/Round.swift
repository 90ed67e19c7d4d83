import DevCluster
import Glibc

/// One round of a scenario at a site: order, let things happen, drain, compare.
struct Round {
    let site: Site
    /// How workers are started.
    var arguments = ["run", "--lease", "2", "--claim-size", "25", "--log-level", "warning"]
    var allowedEnds: Set<Int32> = []

    private var verifier: Verifier { Verifier(site: site) }

    init(_ site: Site) { self.site = site }

    /// Reads the truth and orders for everybody.
    func begin(_ places: Range<Int>? = nil) async throws -> Int {
        try await verifier.beginRound()
        return try await site.order(places ?? 0..<site.plan.persons)
    }

    /// Lets workers run one after the other until no order is open.
    ///
    /// - Parameter retries: whether an operator has failed orders fetched now, instead of tomorrow.
    /// - Returns: how long it took, and what was odd about the workers' ends.
    func drain(retries: Bool = true, within limit: Duration = .seconds(60)) async throws -> (Duration, [Violation]) {
        let began = ContinuousClock.now
        var oddities: [Violation] = []
        while .now - began < limit, try await site.openOrders() > 0 {
            if retries { try await site.retryNow() }
            let worker = try await site.start(arguments)
            guard let status = try await worker.ended(within: limit) else {
                worker.send(SIGKILL)
                oddities.append(Violation(kind: .wrong, rule: "worker_hangs", detail: worker.name))
                continue
            }
            if status == 64 || status == 78 { throw ChaosError("a worker cannot work: \(worker.output)") }
            oddities += Crew.oddities(of: worker, status, isAllowed: allowedEnds.contains(status))
            if try await site.openOrders() > 0 { try await Task.sleep(for: .milliseconds(100)) }
        }
        return (.now - began, oddities)
    }

    /// Lets one worker run to its end.
    func drainOnce() async throws -> [Violation] {
        let worker = try await site.start(arguments)
        guard let status = try await worker.ended(within: .seconds(60)) else {
            worker.send(SIGKILL)
            return [Violation(kind: .wrong, rule: "worker_hangs", detail: worker.name)]
        }
        return Crew.oddities(of: worker, status, isAllowed: allowedEnds.contains(status))
    }

    /// Compares, tells what is wrong, and makes what ought to be the beginning of the next round.
    ///
    /// - Parameter lateQuestions: how many questions a worker may have asked that had lost its claim without knowing it.
    func end(lateQuestions: Int = 0) async throws -> [Violation] {
        try await site.tellWorkers()
        var violations = try await verifier.violations()
        let late = violations.filter { $0.rule == "asked_again" }
        if !late.isEmpty, late.count <= lateQuestions {
            Progress.say("  \(late.count) late questions by a worker that had lost its claim")
            violations.removeAll { $0.rule == "asked_again" }
        }
        Self.tell(violations)
        try await verifier.endRound()
        return violations
    }

    /// Compares while some sources are faulted and the rest was drained.
    func compare(faulted: [Int32], outcomes: [String]) async throws -> [Violation] {
        try await site.tellWorkers()
        let violations = try await verifier.violations(faulted: faulted, outcomes: outcomes)
        Self.tell(violations)
        return violations
    }

    /// The first of each rule in full, the rest as a number: a hundred of the same tell no more.
    static func tell(_ violations: [Violation]) {
        for (rule, all) in Dictionary(grouping: violations, by: \.rule).sorted(by: { $0.key < $1.key }) {
            for violation in all.prefix(3) { Progress.say("  VIOLATION \(violation)") }
            if all.count > 3 { Progress.say("  VIOLATION \(rule): \(all.count - 3) more") }
        }
    }
}
