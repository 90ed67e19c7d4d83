import ArgumentParser
import Dispatch
import Exchange
import Foundation
import Store
import Worker

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Fetches for every order that is due, then exits.",
        discussion: """
            Asks all sources at once, each about sets of persons. What fails at a source is due again at the same time the \
            next day. Several runs may share the orders, on one machine or many.

            Exit codes: 0 all done; 3 done, but some sources could not be asked or sent bad data; 69 own database not \
            reachable; 78 not set up. TERM or INT: ends after the sets in work and hands the rest back.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption

    @Option(help: "Orders per claim.") var claimSize = 5000
    @Option(help: "Connections to the own database.") var connections = 4

    private struct Entry: Encodable {
        let run: Int64
        let orders: Int
        let refused: Int
        let completed: Int
        let awaitingRetry: Int
        let handedBack: Int
        let sources: Int
        let questions: Int
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
        let sqlstate: String?
        let orders: Int
        let nextAttempt: String?
    }

    func validate() throws {
        guard (1...100_000).contains(claimSize) else { throw ValidationError("--claim-size goes from 1 to 100000.") }
        guard (1...100).contains(connections) else { throw ValidationError("--connections goes from 1 to 100.") }
    }

    func run() async throws {
        let store = try await database.store(connections: connections)
        var options = WorkerOptions()
        options.claimSize = claimSize
        options.name = "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)"
        let stop = StopSignal()
        let signals = SignalWatch([SIGTERM, SIGINT]) { stop.give() }
        defer { signals.end() }
        let progress = RunProgress()
        let summary: RunSummary
        do {
            summary = try await Run(
                store: store, options: options, stop: stop, logger: database.logger(besides: progress),
                tell: { progress.take($0) }
            ).drain()
            progress.finish()
        } catch {
            progress.finish()
            throw error
        }
        if json.isJSON { try printJSON(entry(summary)) } else { print(summary.report) }
        if !summary.isComplete { throw ExitCode(ExitStatus.incomplete) }
    }

    private func entry(_ summary: RunSummary) -> Entry {
        Entry(
            run: summary.run.rawValue, orders: summary.orders, refused: summary.refused,
            completed: summary.settlement.completed, awaitingRetry: summary.settlement.awaitingRetry,
            handedBack: summary.settlement.handedBack, sources: summary.lanes.count, questions: summary.sets,
            rows: summary.rows, seconds: (summary.duration / .milliseconds(1)).rounded() / 1000,
            failed: summary.failed.map(failure), closed: summary.closed.map(failure))
    }

    private func failure(_ lane: LaneReport) -> Failure {
        Failure(
            source: lane.source.rawValue, acronym: lane.acronym, outcome: lane.outcome, reason: lane.fault?.reason,
            sqlstate: lane.fault?.sqlState, orders: lane.remaining, nextAttempt: lane.nextAttempt)
    }
}

/// Calls back when the process gets one of some signals; a second signal of the kind ends the process at once.
final class SignalWatch {
    private let sources: [any DispatchSourceSignal]

    init(_ signals: [Int32], _ body: @escaping @Sendable () -> Void) {
        sources = signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                signal(number, SIG_DFL)
                body()
            }
            source.resume()
            return source
        }
    }

    func end() { for source in sources { source.cancel() } }
}
