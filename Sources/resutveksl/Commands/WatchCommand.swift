import ArgumentParser
import Foundation
import Logging
import Postgres
import Store
import Worker

struct WatchCommand: AsyncParsableCommand, KeyedOptions {
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

    @Option(name: Key.poll.optionName, help: Key.poll.help) var poll: Double?
    @Option(name: Key.idle.optionName, help: Key.idle.help) var idle: Double?
    @Option(name: Key.rest.optionName, help: Key.rest.help) var rest: Double?
    @Option(name: Key.metricsListen.optionName, help: Key.metricsListen.help) var metricsListen: String?

    func validate() throws { try GivenOptions(self).validate() }

    func give(to options: inout GivenOptions) {
        worker.give(to: &options)
        options.add(Key.poll, poll)
        options.add(Key.idle, idle)
        options.add(Key.rest, rest)
        options.add(Key.metricsListen, metricsListen)
    }

    func run() async throws {
        let stop = StopSignal()
        let configuration = try database.configuration(self)
        let logger = configuration.logger()
        var store = try await database.store(
            configuration, connections: configuration[Key.connections], lease: configuration[Key.lease], logger: logger)
        var options = WatchOptions()
        configuration.apply(to: &options.worker)
        options.worker.breakerRest = configuration[Key.rest]
        options.pollInterval = configuration[Key.poll]
        options.idleLimit = configuration[Key.idle]
        // A resident worker waits for its database until it is stopped.
        store.patience = configuration.patience(until: stop, limit: .seconds(365 * 86_400))
        let signals = configuration.watchSignals(stop)
        defer { signals.end() }
        let service = ServiceNotifier(environment: ProcessInfo.processInfo.environment)
        let endpoint = try endpoint(configuration, logger)
        let watch = Watch(
            store: store, options: options, stop: stop, service: service, logger: logger,
            tell: { endpoint?.metrics.worker.take($0) })
        do {
            endpoint?.start()
            print(try await watch.work().report)
        } catch let error as PostgresError where stop.isGiven {
            let sentence = "stopped while the own database was away; its orders are free when their lease is over"
            FileHandle.standardError.write(Data("resutveksl: \(sentence). \(error)\n".utf8))
        }
    }

    private func endpoint(_ configuration: ProgramConfiguration, _ logger: Logger) throws -> MetricsEndpoint? {
        guard let address = configuration[Key.metricsListen].flatMap(ListenAddress.init(argument:)) else { return nil }
        let database = try DatabaseMetrics(configuration.ownDatabase, logger: logger)
        return MetricsEndpoint(address: address, metrics: WatchMetrics(database), logger: logger)
    }
}
