import Exposition
import Metrics
import Worker

/// Counts what a resident worker does, as it tells it.
struct WorkerMetrics: Sendable {
    let registry: PrometheusRegistry
    private let claims: Counter
    private let claimed: Counter
    private let settled: Counter
    private let inWork: Meter
    private let questions: Counter
    private let rows: Counter
    private let takeovers: Counter

    init() {
        let registry = PrometheusRegistry()
        func counter(_ name: String) -> Counter { Counter(label: "resutveksl_worker_\(name)", factory: registry) }
        self.registry = registry
        claims = counter("claims_total")
        claimed = counter("orders_claimed_total")
        settled = counter("orders_settled_total")
        inWork = Meter(label: "resutveksl_worker_orders_in_work", factory: registry)
        questions = counter("questions_total")
        rows = counter("rows_imported_total")
        takeovers = counter("takeovers_total")
    }

    func take(_ event: RunEvent) {
        switch event {
        case .swept(let count):
            takeovers.increment(by: count)
        case .claimed(let orders, _):
            claims.increment()
            claimed.increment(by: orders)
            inWork.increment(by: Double(orders))
        case .set(_, _, let count):
            questions.increment()
            rows.increment(by: count)
        case .laneEnded(let lane):
            take(lane)
        case .settled(let orders):
            settled.increment(by: orders)
            inWork.decrement(by: Double(orders))
        }
    }

    private func take(_ lane: LaneReport) {
        let source = [("institution", "\(lane.source)"), ("acronym", lane.acronym)]
        if lane.asking > .zero {
            Metrics.Timer(label: "resutveksl_worker_asking_seconds", dimensions: source, factory: registry)
                .recordNanoseconds(Int64(lane.asking / .nanoseconds(1)))
        }
        guard lane.fault != nil, lane.isFaultFresh else { return }
        Counter(
            label: "resutveksl_worker_source_failures_total", dimensions: source + [("outcome", lane.outcome)],
            factory: registry
        ).increment()
    }
}
