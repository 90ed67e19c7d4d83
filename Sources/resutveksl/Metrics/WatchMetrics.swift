import Exposition
import Metrics
import Postgres

/// What a resident worker answers when it is asked for its metrics.
final class WatchMetrics: Sendable {
    let worker = WorkerMetrics()
    let database: DatabaseMetrics
    private let process = ProcessMetrics()
    private let own: Guarded<String>

    init(_ database: DatabaseMetrics) {
        self.database = database
        own = Guarded(RunTextfile.nobody)
    }

    func text() async -> String {
        let (figures, known) = await database.measure()
        let own = own.withLock { own in
            if let known { own = known }
            return own
        }
        let itself = PrometheusRegistry()
        process.record(to: itself)
        return PrometheusText(
            [figures, itself, worker.registry], families: MetricCatalogue.all,
            common: (MetricCatalogue.commonLabel, own)
        ).description
    }
}
