import Exchange
package import Logging
import Postgres
package import Store

/// Drains what is due: claims orders in sets, sends a lane to every source at once, settles, until nothing is left.
package struct Run: Sendable {
    private let store: Store
    private let options: WorkerOptions
    private let stop: StopSignal
    private let logger: Logger
    private let tell: @Sendable (RunEvent) -> Void

    package init(
        store: Store, options: WorkerOptions = WorkerOptions(), stop: StopSignal = StopSignal(), logger: Logger,
        tell: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) {
        self.store = store
        self.options = options
        self.stop = stop
        self.logger = logger
        self.tell = tell
    }

    /// - Throws: `PostgresError` when the own database cannot be used, `StoreError` with code `configuration` when
    ///   something must be set up first. What a source does wrong is in the summary.
    package func drain() async throws -> RunSummary {
        let began = ContinuousClock.now
        try await store.requireSetUp()
        let lines = SourceLines(store: store, breakerRest: options.breakerRest, logger: logger)
        let loop = ClaimLoop(
            store: store, options: options, stop: stop, lines: lines,
            heartbeat: Heartbeat(store: store, lease: options.lease, logger: logger), logger: logger, tell: tell,
            horizon: nil)
        var summary = RunSummary(run: try await store.beginRun(worker: options.name))
        try await loop.withHelpers { group in try await drain(loop, &summary, &group) }
        await lines.close()
        summary.duration = .now - began
        summary.isStopped = stop.isGiven
        try await store.endRun(summary.run, orders: summary.orders, resultRows: summary.rows)
        summary.log(to: logger)
        return summary
    }

    private func drain(
        _ loop: ClaimLoop, _ summary: inout RunSummary, _ group: inout ClaimLoop.Group
    ) async throws {
        var state = ClaimLoop.State()
        var others = OtherWorkers()
        var isWaiting = false
        while true {
            if !stop.isGiven { try await loop.takeWork(summary.run, &state, &summary, &group) }
            if state.isIdle {
                if stop.isGiven { return }
                if state.isDrained, try await !mayTakeOver(&others) { return }
            }
            if !isWaiting {
                isWaiting = true
                group.addTask {
                    _ = await EventLoop.shared.sleep(for: options.lookInterval)
                    return .woken
                }
            }
            switch try await group.next() {
            case .drained(let report, let kind):
                state.inWork[kind, default: 1] -= 1
                summary.add(report)
                others = OtherWorkers()
                tell(.settled(orders: report.orders))
            case .woken: isWaiting = false
            case .over, nil: break
            }
        }
    }

    /// Whether a worker may have died whose orders are not free yet.
    private func mayTakeOver(_ others: inout OtherWorkers) async throws -> Bool {
        guard options.waitsForOthers else { return false }
        return others.mayHaveDied(try await store.othersClaims(than: []))
    }
}
