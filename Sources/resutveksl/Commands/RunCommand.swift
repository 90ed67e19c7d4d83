import ArgumentParser
import Exchange
import Foundation
import Logging
import Store
import Worker

struct RunCommand: AsyncParsableCommand, KeyedOptions {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Fetches for every order that is due, then exits.",
        discussion: """
            Asks all sources at once, each about sets of persons. What fails at a source is due again at the same time the \
            next day. Several runs may share the orders, on one machine or many. A run does not leave behind what a worker \
            that died was holding: it waits until that is free, at most for a lease.

            Exit codes: 0 all done; 3 done, but some sources could not be asked or sent bad data; 69 own database not \
            reachable; 78 not set up. TERM or INT: ends after the sets in work and hands the rest back; a second one: leaves at once.

            ping.url in the configuration names a dead-man switch (as healthchecks.io has them) that is told of the beginning and \
            of the end, with the exit code when it is a failure; it is a secret, and no option.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption

    @OptionGroup var worker: WorkerArguments

    @Option(name: Key.metricsTextfile.optionName, help: Key.metricsTextfile.help) var metricsTextfile: String?

    func validate() throws { try GivenOptions(self).validate() }

    func give(to options: inout GivenOptions) {
        worker.give(to: &options)
        options.add(Key.metricsTextfile, metricsTextfile)
    }

    private struct Entry: Encodable {
        let run: Int64
        let orders: Int
        let refused: Int
        let completed: Int
        let awaitingRetry: Int
        let handedBack: Int
        let sources: Int
        let questions: Int
        let held: Int
        let gaveUp: Int
        let takenOver: Int
        let rows: Int
        let seconds: Double
        let failed: [Failure]
        let closed: [Failure]
    }

    private struct Failure: Encodable {
        let source: Int32
        let acronym: String
        let outcome: String
        let reason: String?
        let fault: String?
        let phase: String?
        let sqlstate: String?
        let errno: String?
        let orders: Int
        let nextAttempt: String?
    }

    func run() async throws {
        let progress = RunProgress()
        let configuration = try database.configuration(self)
        let logger = configuration.logger(besides: progress)
        let witness = RunWitness(
            ping: DeadManPing(configuration[Key.pingURL], logger: logger),
            textfile: RunTextfile(
                configuration[Key.metricsTextfile], connection: { try configuration.ownDatabase }, logger: logger))
        try await witness.watch { summary in
            let ended = try await drain(configuration, progress, logger)
            summary = ended
            if json.isJSON { try printJSON(entry(ended)) } else { print(ended.report) }
            if !ended.isComplete { throw ExitCode(ExitStatus.incomplete) }
        }
    }

    private func drain(
        _ configuration: ProgramConfiguration, _ progress: RunProgress, _ logger: Logger
    ) async throws -> RunSummary {
        let stop = StopSignal()
        var store = try await database.store(
            configuration, connections: configuration[Key.connections], lease: configuration[Key.lease], logger: logger)
        store.patience = configuration.patience(until: stop)
        var options = WorkerOptions()
        configuration.apply(to: &options)
        let signals = configuration.watchSignals(stop)
        defer { signals.end() }
        defer { progress.finish() }
        return try await Run(
            store: store, options: options, stop: stop, logger: logger,
            tell: { progress.take($0) }
        ).drain()
    }

    private func entry(_ summary: RunSummary) -> Entry {
        Entry(
            run: summary.run.rawValue, orders: summary.orders, refused: summary.refused,
            completed: summary.settlement.completed, awaitingRetry: summary.settlement.awaitingRetry,
            handedBack: summary.settlement.handedBack, sources: summary.lanes.count, questions: summary.sets,
            held: summary.swept.held, gaveUp: summary.lanes.values.reduce(0) { $0 + $1.gaveUp },
            takenOver: summary.swept.claims, rows: summary.rows,
            seconds: (summary.duration / .milliseconds(1)).rounded() / 1000,
            failed: summary.failed.map(failure), closed: summary.closed.map(failure))
    }

    private func failure(_ lane: LaneReport) -> Failure {
        Failure(
            source: lane.source.rawValue, acronym: lane.acronym, outcome: lane.outcome, reason: lane.fault?.reason,
            fault: lane.fault?.kind.rawValue, phase: lane.fault?.phase, sqlstate: lane.fault?.sqlState,
            errno: lane.fault?.errno, orders: lane.remaining, nextAttempt: lane.nextAttempt)
    }
}
