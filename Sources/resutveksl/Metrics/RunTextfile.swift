import Exposition
import Logging
import Metrics
import Postgres

/// Writes at the end of a run, whichever way it ended, what Prometheus is to know.
struct RunTextfile {
    /// Of whom it is, while the database does not say so and no earlier file does.
    static let nobody = "unknown"
    private static let lastSuccess = "resutveksl_last_success_timestamp_seconds"

    private let file: Textfile
    private let connection: () throws -> ConnectionString
    private let process = ProcessMetrics()
    private let logger: Logger

    /// - Parameter path: nil or empty when nobody wants to know.
    init?(_ path: String?, connection: @escaping () throws -> ConnectionString, logger: Logger) {
        guard let path, !path.isEmpty else { return nil }
        file = Textfile(path)
        self.connection = connection
        self.logger = logger
    }

    /// Never fails: what cannot be written is logged, and the run has ended as it has.
    func write(_ run: RunMetrics) async {
        let registry = PrometheusRegistry()
        process.record(to: registry)
        run.record(to: registry)
        let (database, known) = await figures()
        var own = known
        if own == nil, let earlier = EarlierSuccess(in: file.text ?? "", metric: Self.lastSuccess) {
            // That there was a success must not be forgotten just when the next one fails.
            own = earlier.ownInstitution
            Meter(label: Self.lastSuccess, factory: database).set(earlier.time)
        }
        let common = (MetricCatalogue.commonLabel, own ?? Self.nobody)
        let text = PrometheusText([registry, database], families: MetricCatalogue.all, common: common)
        do throws(TextfileError) {
            try file.write(text.description)
        } catch {
            logger.error("metrics were not written", metadata: ["reason": "\(error)"])
        }
    }

    private func figures() async -> (PrometheusRegistry, String?) {
        guard let connection = try? connection(), let database = try? DatabaseMetrics(connection, logger: logger) else {
            let registry = PrometheusRegistry()
            Meter(label: "resutveksl_database_up", factory: registry).set(0)
            return (registry, nil)
        }
        let (registry, own) = await database.measure()
        await database.close()
        return (registry, own)
    }
}

/// The last success that an earlier textfile tells of.
struct EarlierSuccess: Equatable {
    let ownInstitution: String
    let time: Double

    init?(in text: String, metric: String) {
        let head = "\(metric){\(MetricCatalogue.commonLabel)=\""
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(head) }) else { return nil }
        let parts = line.dropFirst(head.count).split(separator: "\"} ", maxSplits: 1)
        guard parts.count == 2, let time = Double(parts[1]), time > 0 else { return nil }
        ownInstitution = String(parts[0])
        self.time = time
    }
}
