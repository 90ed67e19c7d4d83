import ArgumentParser
import Foundation
import Logging
import Postgres
import Store
import Worker

struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Stays, and fetches for every order as soon as it is due.",
        discussion: """
            Answers new orders within a second: the own database tells it of them, and it looks by itself as well. Connections \
            to the sources are kept open between orders. What failed is tried again at its time. Beside it, `run` from a timer \
            does no harm: workers share the orders.

            Under systemd (Type=notify) it tells when it is ready, how it is, and that it is alive. TERM or INT: ends after the \
            sets in work and hands the rest back; a second one: leaves at once.

            Exit codes: 0 stopped; 69 own database not reachable at the start; 78 not set up.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var worker: WorkerArguments

    @Option(help: ArgumentHelp("How often it looks for orders by itself.", valueName: "seconds")) var poll = 5.0

    @Option(
        help: ArgumentHelp("How long a connection to a source stays open without a question.", valueName: "seconds"))
    var idle = 300.0

    @Option(
        help: ArgumentHelp(
            "How long a source that failed is left alone before it is tried again.", valueName: "seconds"))
    var rest = 60.0

    @Option(
        help: ArgumentHelp(
            "Serve metrics over HTTP at this address: /metrics for Prometheus, and /healthz.",
            discussion: "Default: RESUTVEKSL_METRICS_LISTEN, else nowhere. For example 127.0.0.1:9187.",
            valueName: "address"))
    var metricsListen: ListenAddress?

    func validate() throws {
        guard (0.05...3600).contains(poll) else { throw ValidationError("--poll goes from 0.05 to 3600 seconds.") }
        guard (0...86_400).contains(idle) else { throw ValidationError("--idle goes from 0 to 86400 seconds.") }
        guard (0...86_400).contains(rest) else { throw ValidationError("--rest goes from 0 to 86400 seconds.") }
    }

    func run() async throws {
        let stop = StopSignal()
        let logger = database.logger()
        var store = try await database.store(
            connections: worker.connections, lease: .seconds(worker.lease), logger: logger)
        var options = WatchOptions()
        worker.apply(to: &options.worker)
        options.worker.breakerRest = .seconds(rest)
        options.pollInterval = .seconds(poll)
        options.idleLimit = .seconds(idle)
        // A resident worker waits for its database until it is stopped.
        store.patience = worker.patience(until: stop, limit: .seconds(365 * 86_400))
        let signals = worker.watchSignals(stop)
        defer { signals.end() }
        let service = ServiceNotifier(environment: ProcessInfo.processInfo.environment)
        let endpoint = try endpoint(logger)
        let watch = Watch(
            store: store, options: options, stop: stop, service: service, logger: logger,
            tell: { endpoint?.metrics.worker.take($0) })
        do {
            let summary = try await withThrowingTaskGroup(of: Void.self) { group in
                if let endpoint { group.addTask { await endpoint.serve() } }
                defer { group.cancelAll() }
                return try await watch.work()
            }
            print(summary.report)
        } catch let error as PostgresError where stop.isGiven {
            let sentence = "stopped while the own database was away; its orders are free when their lease is over"
            FileHandle.standardError.write(Data("resutveksl: \(sentence). \(error)\n".utf8))
        }
    }

    private func endpoint(_ logger: Logger) throws -> MetricsEndpoint? {
        let text = ProcessInfo.processInfo.environment["RESUTVEKSL_METRICS_LISTEN"] ?? ""
        guard let address = metricsListen ?? ListenAddress(argument: text) else {
            if text.isEmpty { return nil }
            throw CommandFailure(
                code: ExitStatus.configuration,
                message: "RESUTVEKSL_METRICS_LISTEN is no address such as 127.0.0.1:9187: \(text)")
        }
        let database = try DatabaseMetrics(database.connection, logger: logger)
        return MetricsEndpoint(address: address, metrics: WatchMetrics(database), logger: logger)
    }
}
