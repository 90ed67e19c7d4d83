import Exchange
package import Logging
import Postgres
package import Store

/// A resident worker: drains what becomes due as it becomes due, with connections kept warm, until it is stopped.
///
/// What the database says about new orders is a hint that wakes it; what it finds when it looks is the truth.
package struct Watch: Sendable {
    private let store: Store
    private let options: WatchOptions
    private let stop: StopSignal
    private let service: ServiceNotifier?
    private let logger: Logger
    private let tell: @Sendable (RunEvent) -> Void

    package init(
        store: Store, options: WatchOptions = WatchOptions(), stop: StopSignal, service: ServiceNotifier? = nil,
        logger: Logger, tell: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) {
        self.store = store
        self.options = options
        self.stop = stop
        self.service = service
        self.logger = logger
        self.tell = tell
    }

    /// Works until the stop is given.
    ///
    /// - Returns: the figures since the last time that they were written down.
    /// - Throws: what `Run.drain` throws, at the start; later the own database is waited for.
    package func work() async throws -> RunSummary {
        try await store.requireSetUp()
        let bell = Bell()
        let lines = SourceLines(store: store, breakerRest: options.worker.breakerRest, logger: logger)
        let loop = ClaimLoop(
            store: store, options: options.worker, stop: stop, lines: lines,
            heartbeat: Heartbeat(store: store, lease: options.worker.lease, logger: logger), logger: logger,
            tell: { event in
                if case .laneEnded(let report) = event { log(report) }
                tell(event)
            },
            horizon: .zero)
        var book = Book(summary: RunSummary(run: try await store.beginRun(worker: options.worker.name)))
        service?.ready("waiting for orders")
        logger.notice("watching for orders", metadata: ["run": "\(book.summary.run)"])
        try await loop.withHelpers { group in
            addHelpers(bell, &group)
            try await work(loop, lines, bell, &book, &group)
        }
        await lines.close()
        try await end(&book)
        return book.summary
    }

    /// The run whose figures are being counted.
    private struct Book {
        var summary: RunSummary
        var began = ContinuousClock.now
    }

    private func addHelpers(_ bell: Bell, _ group: inout ClaimLoop.Group) {
        let hints = OrderHints(store: store, bell: bell, logger: logger, patience: .seconds(30))
        group.addTask {
            await hints.listen()
            return .over
        }
        group.addTask {
            await stop.wait()
            if stop.isGiven { service?.stopping("handing back what is in work") }
            bell.ring()
            return .over
        }
        guard let service, let interval = service.watchdogInterval else { return }
        group.addTask {
            repeat { service.isAlive() } while await EventLoop.shared.sleep(for: interval / 3) != .cancelled
            return .over
        }
    }

    private func work(
        _ loop: ClaimLoop, _ lines: SourceLines, _ bell: Bell, _ book: inout Book, _ group: inout ClaimLoop.Group
    ) async throws {
        var state = ClaimLoop.State()
        var isWaiting = false
        while true {
            if !stop.isGiven {
                bell.silence()
                try await loop.takeWork(book.summary.run, &state, &book.summary, &group)
            }
            if state.isIdle {
                if stop.isGiven { return }
                if .now - book.began >= options.runLength { try await turnOver(&book) }
            }
            if !isWaiting {
                await lines.closeIdle(for: options.idleLimit)
                isWaiting = true
                let deadline = ContinuousClock.now + (try await timeToLookAgain(state))
                group.addTask {
                    await bell.wait(until: deadline)
                    return .woken
                }
            }
            if !stop.isGiven { service?.status(status(state, book)) }
            switch try await group.next() {
            case .drained(let report, let kind):
                state.inWork[kind, default: 1] -= 1
                book.summary.add(report)
                tell(.settled(orders: report.orders))
            case .woken: isWaiting = false
            case .over, nil: break
            }
        }
    }

    /// The next retry may be due before the next look.
    private func timeToLookAgain(_ state: ClaimLoop.State) async throws -> Duration {
        // While there is a backlog something is always due; newcomers are looked for meanwhile.
        if state.newcomersAfter != nil { return min(options.worker.lookInterval, options.pollInterval) }
        guard let due = try await store.timeToNextDue() else { return options.pollInterval }
        // What became due since it was looked for, or cannot be had yet.
        if due <= .zero { return min(options.worker.lookInterval, options.pollInterval) }
        return min(due, options.pollInterval)
    }

    private func turnOver(_ book: inout Book) async throws {
        if book.summary.orders == 0, book.summary.swept == Swept() {
            // An idle hour is no run of its own; the log's partitions are looked after all the same.
            try await store.prepareLog()
            book.began = .now
            return
        }
        try await end(&book)
        book = Book(summary: RunSummary(run: try await store.beginRun(worker: options.worker.name)))
    }

    private func end(_ book: inout Book) async throws {
        book.summary.duration = .now - book.began
        book.summary.isStopped = stop.isGiven
        try await store.endRun(book.summary.run, orders: book.summary.orders, resultRows: book.summary.rows)
        book.summary.log(to: logger)
    }

    private func status(_ state: ClaimLoop.State, _ book: Book) -> String {
        let claims = state.inWork.values.reduce(0, +)
        return "\(book.summary.orders) orders and \(book.summary.rows) rows in run \(book.summary.run), "
            + (claims == 0 ? "waiting for orders" : "\(claims) claims in work")
    }

    /// A run tells of a lane at its end; a resident worker when it happens.
    private func log(_ lane: LaneReport) {
        guard let fault = lane.fault, lane.isFaultFresh else { return }
        var metadata = fault.metadata
        metadata["institution"] = "\(lane.source)"
        metadata["orders"] = "\(lane.remaining)"
        metadata["next"] = lane.nextAttempt.map { "\($0)" }
        logger.warning("a source could not be asked", metadata: metadata)
    }
}
