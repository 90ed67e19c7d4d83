import ArgumentParser
import Foundation
import Postgres
import Store
import Worker

/// What `run` and `watch` have in common.
struct WorkerArguments: ParsableArguments, KeyedOptions {
    @Option(name: Key.claimSize.optionName, help: Key.claimSize.help) var claimSize: Int?
    @Option(name: Key.connections.optionName, help: Key.connections.help) var connections: Int?
    @Option(name: Key.lease.optionName, help: Key.lease.help) var lease: Double?
    @Option(name: Key.grace.optionName, help: Key.grace.help) var grace: Double?
    @Option(name: Key.patience.optionName, help: Key.patience.help) var patience: Double?

    func validate() throws { try GivenOptions(self).validate() }

    func give(to options: inout GivenOptions) {
        options.add(Key.claimSize, claimSize)
        options.add(Key.connections, connections)
        options.add(Key.lease, lease)
        options.add(Key.grace, grace)
        options.add(Key.patience, patience)
    }
}

extension ProgramConfiguration {
    /// What both kinds of worker go by.
    func apply(to options: inout WorkerOptions) {
        options.claimSize = self[Key.claimSize]
        options.lease = self[Key.lease]
        options.grace = self[Key.grace]
        options.name = "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)"
    }

    /// Waits out trouble with the own database, but not when time is up.
    func patience(until stop: StopSignal, limit: Duration? = nil) -> Patience {
        Patience(limit: limit ?? self[Key.patience]) { stop.level == .atOnce }
    }

    /// Gives the stop when TERM or INT comes; a second one of the kind ends the process at once.
    ///
    /// Whatever hangs then, the process is gone some seconds after the grace: what is in work is taken over when its lease
    /// has run out.
    func watchSignals(_ stop: StopSignal) -> SignalWatch {
        let limit = self[Key.grace] / .seconds(1) + 15
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
