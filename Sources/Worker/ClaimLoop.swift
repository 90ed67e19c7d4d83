import Exchange
import Logging
import Postgres
import Store

/// Claims what is due and drains it, several claims at a time: the work that `Run` and `Watch` share.
///
/// The oldest orders come first. What becomes due while they are in work is claimed beside them, and its questions go first.
/// Orders that were in work when a worker died come last, when nothing else is.
struct ClaimLoop {
    let store: Store
    let options: WorkerOptions
    let stop: StopSignal
    let lines: SourceLines
    let heartbeat: Heartbeat
    let logger: Logger
    let tell: @Sendable (RunEvent) -> Void
    /// What is due within it is taken; nil for the setting `due_horizon`.
    let horizon: Duration?

    enum Happening: Sendable {
        case drained(ClaimReport, ClaimKind)
        case woken
        case over
    }

    enum ClaimKind: Sendable { case backlog, newcomers, suspects }

    typealias Group = ThrowingTaskGroup<Happening, any Error>

    /// What is in work.
    struct State {
        var inWork: [ClaimKind: Int] = [:]
        /// What became due later is not part of the backlog; nil when there is no backlog.
        var newcomersAfter: PostgresTimestamp?
        var sweptAt: ContinuousClock.Instant?
        /// Whether nothing was left to claim when it was last tried.
        var isDrained = false

        var isIdle: Bool { inWork.values.allSatisfy { $0 == 0 } }
    }

    /// Runs `body` with what has to go on beside the work: heartbeats, and the deadline of a stop.
    func withHelpers<Value>(_ body: (inout Group) async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Happening.self) { group in
            // Neither may wait for a thread of the cooperative pool.
            group.addTask(executorPreference: EventLoop.shared) {
                await heartbeat.beat()
                return .over
            }
            group.addTask(executorPreference: EventLoop.shared) {
                await stop.wait()
                _ = await EventLoop.shared.sleep(for: options.grace)
                if !Task.isCancelled { stop.give(.atOnce) }
                return .over
            }
            let value = try await body(&group)
            group.cancelAll()
            return value
        }
    }

    /// Claims as much as may be in work at a time.
    func takeWork(_ run: RunNumber, _ state: inout State, _ summary: inout RunSummary, _ group: inout Group)
        async throws
    {
        try await lookAround(&state, &summary)
        state.isDrained = false
        while state.inWork[.backlog, default: 0] < options.claimsAtOnce {
            // Newcomers are passed over only as long as claims of their own can take them.
            let takesNewcomers = state.inWork[.newcomers, default: 0] < options.newcomerClaimsAtOnce
            let scope = ClaimScope.backlog(newcomersAfter: takesNewcomers ? state.newcomersAfter : nil)
            if let isFull = try await start(.backlog, scope, options.claimSize, run, &state, &group) {
                // What came meanwhile, or comes now, must not wait behind the rest of it, nor in the midst of it.
                if state.newcomersAfter == nil {
                    state.newcomersAfter = isFull ? try await backlogEnd() : Self.everything
                }
            } else if state.inWork[.backlog, default: 0] > 0 {
                break
            } else if state.newcomersAfter != nil {
                state.newcomersAfter = nil
            } else {
                let isLeft = try await takeSuspects(deaths: state.isIdle ? nil : 1, run, &state, &group)
                state.isDrained = !isLeft
                return
            }
        }
        try await takeNewcomers(run, &state, &group)
        // Most of those that were in work when a worker died are innocent, and should not wait for long.
        _ = try await takeSuspects(deaths: 1, run, &state, &group)
    }

    private func takeNewcomers(_ run: RunNumber, _ state: inout State, _ group: inout Group) async throws {
        guard let moment = state.newcomersAfter else { return }
        while state.inWork[.newcomers, default: 0] < options.newcomerClaimsAtOnce {
            let size = options.newcomerClaimSize
            guard let isFull = try await start(.newcomers, .newcomers(after: moment), size, run, &state, &group) else {
                return
            }
            // A flood of new orders is a backlog like any other: what comes after it does not wait behind it. The moment
            // never goes back: a backlog that was placed order by order would be taken from its newest end.
            if isFull {
                state.newcomersAfter = max(moment, try await backlogEnd())
                return
            }
        }
    }

    /// From here on orders are newcomers: the newest, as many as one claim of them takes.
    ///
    /// All of them, when not more are due. So an order that was placed just before a large run began is one too.
    private func backlogEnd() async throws -> PostgresTimestamp {
        try await store.dueBefore(newest: options.newcomerClaimSize) ?? Self.everything
    }

    private static let everything = PostgresTimestamp(microsecondsSince2000: 0)

    /// - Parameter deaths: those that were caught more often wait until nothing else is in work.
    /// - Returns: whether there were any.
    private func takeSuspects(
        deaths: Int?, _ run: RunNumber, _ state: inout State, _ group: inout Group
    ) async throws -> Bool {
        if state.inWork[.suspects, default: 0] > 0 { return false }
        return try await start(.suspects, .suspects(deaths: deaths), options.claimSize, run, &state, &group) != nil
    }

    /// - Returns: whether the claim is full; nil when there was nothing to claim.
    private func start(
        _ kind: ClaimKind, _ scope: ClaimScope, _ limit: Int, _ run: RunNumber, _ state: inout State,
        _ group: inout Group
    ) async throws -> Bool? {
        let claimStore = kind == .newcomers ? store.urgent : store
        guard
            let claim = try await claimStore.claim(
                scope, run: run, limit: limit, lease: options.lease, horizon: horizon)
        else { return nil }
        heartbeat.leases.hold(claim.token, until: claim.askedAt + options.lease)
        state.inWork[kind, default: 0] += 1
        tell(.claimed(orders: claim.orders.count, lanes: claim.lanes.count))
        let drain = ClaimDrain(
            claim: claim, store: claimStore, unhurriedStore: store, lines: lines, leases: heartbeat.leases, stop: stop,
            isUrgent: kind == .newcomers, logger: logger, tell: tell)
        group.addTask { .drained(try await drain.drain(), kind) }
        return claim.isFull
    }

    /// At the start and from time to time: takes over what dead workers have left behind, and lets the weekly refreshes of
    /// admissions become due.
    private func lookAround(_ state: inout State, _ summary: inout RunSummary) async throws {
        if let last = state.sweptAt, .now - last < min(options.lease / 3, .seconds(5)) { return }
        state.sweptAt = .now
        let swept = try await store.sweep(living: heartbeat.leases.mine)
        try await store.scheduleRefreshes()
        summary.swept.claims += swept.claims
        summary.swept.held += swept.held
        if swept.claims > 0 {
            tell(.swept(claims: swept.claims))
            logger.warning("took over the orders of workers that had died", metadata: ["claims": "\(swept.claims)"])
        }
        if swept.held > 0 {
            logger.error(
                "orders are held, because several workers died over them",
                metadata: ["run": "\(summary.run)", "orders": "\(swept.held)"])
        }
    }
}
