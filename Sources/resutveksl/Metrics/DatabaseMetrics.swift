import Exposition
import Logging
import Metrics
import Postgres
import Store

/// The figures of the own database, asked for by a connection of their own: neither do they wait for the work, nor the work
/// for them.
final class DatabaseMetrics: Sendable {
    private let store: Store
    /// So that an outage is told once, however often somebody asks.
    private let isAway = Guarded(false)
    private let logger: Logger

    init(_ connection: ConnectionString, logger: Logger) throws {
        let options = ConnectionOptions(connectTimeout: .seconds(3), statementTimeout: .seconds(5))
        store = Store(connection, connections: 1, options: options, logger: logger)
        self.logger = logger
    }

    /// What the database answers now; only that it does not answer, when it does not.
    ///
    /// A registry of its own each time: totals stand in the database, and are not added to here.
    func measure() async -> (registry: PrometheusRegistry, ownInstitution: String?) {
        let registry = PrometheusRegistry()
        let isUp = Meter(label: "resutveksl_database_up", factory: registry)
        do {
            let figures = try await store.figures()
            isUp.set(1)
            isAway.withLock { $0 = false }
            for figure in figures.all { Self.record(figure, registry) }
            return (registry, figures.ownInstitution.map { "\($0)" })
        } catch {
            isUp.set(0)
            let isKnown = isAway.withLock { isAway in
                defer { isAway = true }
                return isAway
            }
            logger.log(
                level: isKnown ? .debug : .warning, "the own database gave no figures", metadata: ["reason": "\(error)"]
            )
            return (registry, nil)
        }
    }

    /// Whether the database answers.
    func isUp() async -> Bool { (try? await store.settings()) != nil }

    func close() async { await store.pool.closeIdle() }

    private static func record(_ figure: Figure, _ registry: PrometheusRegistry) {
        guard let family = MetricCatalogue.database.first(where: { $0.name == figure.metric }) else { return }
        let labels = family.labels.map { label in
            switch label {
            case "institution": (label, figure.institution.map { "\($0)" } ?? "")
            case "acronym": (label, figure.acronym ?? "")
            default: (label, figure.detail ?? "")
            }
        }
        if family.kind == .counter {
            FloatingPointCounter(label: family.name, dimensions: labels, factory: registry).increment(by: figure.value)
        } else {
            Meter(label: family.name, dimensions: labels, factory: registry).set(figure.value)
        }
    }
}
