import Exchange
import Logging

extension Fault {
    /// What a log line tells of it; the keys are those of every line of this program.
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "outcome": "\(outcome.rawValue)", "fault": "\(kind.rawValue)", "reason": "\(reason)",
        ]
        metadata["sqlstate"] = sqlState.map { "\($0)" }
        metadata["errno"] = errno.map { "\($0)" }
        metadata["phase"] = phase.map { "\($0)" }
        return metadata
    }
}
