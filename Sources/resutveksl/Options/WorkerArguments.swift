import ArgumentParser
import Foundation
import Postgres
import Store
import Worker

/// What `run` and `watch` have in common.
struct WorkerArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Orders per claim.", valueName: "orders")) var claimSize = 5000
    @Option(help: "Connections to the own database; half as many more for orders placed during a large run.")
    var connections = 4

    @Option(
        help: ArgumentHelp(
            "How long orders stay with a worker that shows no sign of life.",
            discussion: "After that another worker takes them over.", valueName: "seconds"))
    var lease = 45.0

    @Option(
        help: ArgumentHelp(
            "How long TERM waits for the questions in work before it takes them back.", valueName: "seconds"))
    var grace = 20.0

    @Option(
        help: ArgumentHelp(
            "How long the own database is waited for when it goes away during the work.", valueName: "seconds"))
    var patience = 300.0

    func validate() throws {
        guard (1...100_000).contains(claimSize) else { throw ValidationError("--claim-size goes from 1 to 100000.") }
        guard (1...100).contains(connections) else { throw ValidationError("--connections goes from 1 to 100.") }
        guard (1...3600).contains(lease) else { throw ValidationError("--lease goes from 1 to 3600 seconds.") }
        guard (0...3600).contains(grace) else { throw ValidationError("--grace goes from 0 to 3600 seconds.") }
        guard (0...86_400).contains(patience) else { throw ValidationError("--patience goes from 0 to 86400 seconds.") }
    }

    func apply(to options: inout WorkerOptions) {
        options.claimSize = claimSize
        options.lease = .seconds(lease)
        options.grace = .seconds(grace)
        options.name = "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)"
    }

    /// Waits out trouble with the own database, but not when time is up.
    func patience(until stop: StopSignal, limit: Duration? = nil) -> Patience {
        Patience(limit: limit ?? .seconds(patience)) { stop.level == .atOnce }
    }

    /// Gives the stop when TERM or INT comes; a second one of the kind ends the process at once.
    ///
    /// Whatever hangs then, the process is gone some seconds after the grace: what is in work is taken over when its lease
    /// has run out.
    func watchSignals(_ stop: StopSignal) -> SignalWatch {
        let limit = grace + 15
        return SignalWatch([SIGTERM, SIGINT]) {
            stop.give()
            DispatchQueue.global().asyncAfter(deadline: .now() + limit) {
                FileHandle.standardError.write(
                    Data(
                        "resutveksl: did not come to an end in time; its orders are free when their lease is over\n"
                            .utf8))
                _exit(ExitStatus.incomplete)
            }
        }
    }
}
