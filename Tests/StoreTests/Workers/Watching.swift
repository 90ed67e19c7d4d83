import Exchange
import Postgres
import Store
import Testing
import Worker

/// A resident worker in this process, and its stop.
struct Watching {
    private let stop: StopSignal
    private let task: Task<RunSummary, any Error>

    init(
        _ playground: Playground, store: Store? = nil, service: ServiceNotifier? = nil,
        _ change: (inout WatchOptions) -> Void = { _ in }
    ) {
        var options = WatchOptions()
        // Longer than any test: what is found without a hint is found in tests that say so.
        options.pollInterval = .seconds(600)
        change(&options)
        let stop = StopSignal()
        var store = store ?? playground.store
        store.patience = Patience(limit: .seconds(600)) { stop.isGiven }
        let watch = Watch(
            store: store, options: options, stop: stop, service: service, logger: playground.log.logger())
        self.stop = stop
        task = Task { try await watch.work() }
    }

    /// Stops it and waits for its end.
    func end() async throws -> RunSummary {
        stop.give()
        return try await task.value
    }
}

extension Playground {
    func isCompleted(_ order: OrderNumber) async throws -> Bool { try await state(order) == .completed }

    /// Sessions of the requester at a source.
    func sessions(at source: Int32) async throws -> String? {
        try await value(
            at: source,
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND usename = '\(Self.requester)'
            """)
    }
}
