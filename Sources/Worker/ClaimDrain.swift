import Exchange
import Logging
import Postgres
import Store

/// Drains one claim: a lane to every source at once, then settles.
struct ClaimDrain {
    let claim: Claim
    let store: Store
    /// For what nobody waits for.
    let unhurriedStore: Store
    let lines: SourceLines
    let leases: Leases
    let stop: StopSignal
    let isUrgent: Bool
    let logger: Logger
    let tell: @Sendable (RunEvent) -> Void

    /// Where lanes run; nil for the pool.
    ///
    /// With few orders they wait all the time and compute next to nothing: to go from the connections' thread to another one
    /// and back for every step would be most of the work.
    private var executor: (any TaskExecutor)? { claim.orders.count <= Self.few ? EventLoop.shared : nil }

    private static let few = 10

    func drain() async throws -> ClaimReport {
        let reports = try await withThrowingTaskGroup(of: LaneReport.self) { group in
            for work in claim.lanes {
                let lane = Lane(
                    work: work, claim: claim, store: store, unhurriedStore: unhurriedStore,
                    line: await lines.line(to: work.source.institution),
                    gate: isUrgent ? nil : lines.gate, leases: leases, stop: stop, isUrgent: isUrgent,
                    executor: executor,
                    logger: logger, tell: tell)
                group.addTask(executorPreference: executor) { try await lane.drain() }
            }
            var reports: [LaneReport] = []
            for try await report in group { reports.append(report) }
            return reports
        }
        let settlement: Settlement
        var isLost = false
        do {
            settlement = try await store.settle(claim.token, isWhole: reports.allSatisfy(\.isEnded))
        } catch let error as StoreError where error.code == .staleToken {
            logger.warning(
                "a claim was lost before it was settled", metadata: ["run": "\(claim.run)", "token": "\(claim.token)"])
            settlement = Settlement()
            isLost = true
        }
        leases.end(claim.token, isLost: isLost)
        return ClaimReport(
            orders: claim.orders.count, refused: claim.refused, settlement: settlement, lanes: reports)
    }
}

/// What a claim came to.
struct ClaimReport: Sendable {
    let orders: Int
    let refused: Int
    let settlement: Settlement
    let lanes: [LaneReport]
}
