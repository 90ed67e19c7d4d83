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
        _ = try await store.settings()
        let swept = try await store.sweep()
        if swept > 0 {
            tell(.swept(claims: swept))
            logger.warning("took over the orders of workers that had died", metadata: ["claims": "\(swept)"])
        }
        let run = try await store.beginRun(worker: options.name)
        let heartbeat = Heartbeat(store: store, lease: options.lease, logger: logger)
        var summary = try await withThrowingTaskGroup(of: ClaimReport?.self) { group in
            group.addTask {
                await heartbeat.beat()
                return nil
            }
            let summary = try await drain(run, heartbeat, &group)
            group.cancelAll()
            return summary
        }
        summary.duration = .now - began
        summary.isStopped = stop.isGiven
        try await store.endRun(run, orders: summary.orders, resultRows: summary.rows)
        log(summary)
        return summary
    }

    private struct ClaimReport: Sendable {
        let orders: Int
        let refused: Int
        let settlement: Settlement
        let lanes: [LaneReport]
    }

    private func drain(
        _ run: RunNumber, _ heartbeat: Heartbeat, _ group: inout ThrowingTaskGroup<ClaimReport?, any Error>
    ) async throws -> RunSummary {
        var summary = RunSummary(run: run)
        let lines = SourceLines(logger: logger)
        var inWork = 0
        while true {
            while inWork < options.claimsAtOnce, !stop.isGiven,
                let claim = try await store.claim(run: run, limit: options.claimSize, lease: options.lease)
            {
                inWork += 1
                tell(.claimed(orders: claim.orders.count, lanes: claim.lanes.count))
                await heartbeat.begin(claim.token)
                group.addTask { try await drain(claim, lines, heartbeat) }
            }
            guard inWork > 0, let report = try await group.next() else { break }
            guard let report else { continue }
            inWork -= 1
            summary.orders += report.orders
            summary.refused += report.refused
            summary.settlement = summary.settlement + report.settlement
            for lane in report.lanes { summary.add(lane) }
            tell(.settled(orders: report.orders))
        }
        await lines.close()
        return summary
    }

    private func drain(_ claim: Claim, _ lines: SourceLines, _ heartbeat: Heartbeat) async throws -> ClaimReport {
        let reports = try await withThrowingTaskGroup(of: LaneReport.self) { group in
            for work in claim.lanes {
                let line = await lines.line(to: work.source.institution)
                let lane = Lane(
                    work: work, token: claim.token, run: claim.run, store: store, line: line, stop: stop,
                    logger: logger,
                    tell: tell)
                group.addTask { try await lane.drain() }
            }
            var reports: [LaneReport] = []
            for try await report in group { reports.append(report) }
            return reports
        }
        let settlement: Settlement
        do {
            settlement = try await store.settle(claim.token)
        } catch let error as StoreError where error.code == .staleToken {
            logger.error("a claim was lost before it was settled", metadata: ["token": "\(claim.token)"])
            settlement = Settlement()
        }
        await heartbeat.end(claim.token)
        return ClaimReport(
            orders: claim.orders.count, refused: claim.refused, settlement: settlement, lanes: reports)
    }

    /// One line a lane, whatever happened in it, and one for the run.
    private func log(_ summary: RunSummary) {
        for lane in summary.lanes.values.sorted(by: { $0.source < $1.source }) {
            var metadata: Logger.Metadata = [
                "run": "\(summary.run)", "institution": "\(lane.source)", "outcome": "\(lane.outcome)",
                "asked": "\(lane.asked)", "found": "\(lane.found)", "rows": "\(lane.rows)", "sets": "\(lane.sets)",
            ]
            if lane.invalid > 0 { metadata["invalid"] = "\(lane.invalid)" }
            if let fault = lane.fault {
                metadata["reason"] = "\(fault.reason)"
                metadata["sqlstate"] = fault.sqlState.map { "\($0)" }
                metadata["orders"] = "\(lane.remaining)"
                metadata["next"] = lane.nextAttempt.map { "\($0)" }
            }
            logger.log(level: lane.fault == nil ? .info : .warning, "lane ended", metadata: metadata)
        }
        logger.info(
            "run ended",
            metadata: [
                "run": "\(summary.run)", "orders": "\(summary.orders)", "refused": "\(summary.refused)",
                "completed": "\(summary.settlement.completed)", "awaiting_retry": "\(summary.settlement.awaitingRetry)",
                "handed_back": "\(summary.settlement.handedBack)", "rows": "\(summary.rows)",
                "sources_failed": "\(summary.failed.count)",
                "milliseconds": "\(Int(summary.duration / .milliseconds(1)))",
            ])
    }
}

/// The lines of a run, one for each source that it comes to.
actor SourceLines {
    private var lines: [InstitutionNumber: SourceLine] = [:]
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    func line(to source: InstitutionNumber) -> SourceLine {
        if let line = lines[source] { return line }
        let line = SourceLine(logger: logger)
        lines[source] = line
        return line
    }

    func close() async {
        for line in lines.values { await line.close() }
    }
}
