import ArgumentParser
import Foundation
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
        store.patience = Patience(limit: .seconds(365 * 86_400)) { stop.isGiven }
        let signals = worker.watchSignals(stop)
        defer { signals.end() }
        let service = ServiceNotifier(environment: ProcessInfo.processInfo.environment)
        let summary = try await Watch(store: store, options: options, stop: stop, service: service, logger: logger)
            .work()
        print(summary.report)
    }
}
