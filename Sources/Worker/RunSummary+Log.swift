import Logging
import Store

extension RunSummary {
    /// One line a lane, whatever happened in it, and one for the run.
    func log(to logger: Logger) {
        for lane in lanes.values.sorted(by: { $0.source < $1.source }) {
            var metadata: Logger.Metadata = [
                "run": "\(run)", "institution": "\(lane.source)", "outcome": "\(lane.outcome)",
                "asked": "\(lane.asked)", "found": "\(lane.found)", "rows": "\(lane.rows)", "sets": "\(lane.sets)",
            ]
            if lane.invalid > 0 { metadata["invalid"] = "\(lane.invalid)" }
            if let fault = lane.fault {
                metadata.merge(fault.metadata) { $1 }
                metadata["orders"] = "\(lane.remaining)"
                metadata["next"] = lane.nextAttempt.map { "\($0)" }
            }
            logger.log(level: lane.fault == nil ? .info : .warning, "lane ended", metadata: metadata)
            if lane.gaveUp > 0 {
                logger.error(
                    "orders were given up: all their days are used up",
                    metadata: ["run": "\(run)", "institution": "\(lane.source)", "orders": "\(lane.gaveUp)"])
            }
        }
        logger.info(
            "run ended",
            metadata: [
                "run": "\(run)", "orders": "\(orders)", "refused": "\(refused)",
                "completed": "\(settlement.completed)", "awaiting_retry": "\(settlement.awaitingRetry)",
                "handed_back": "\(settlement.handedBack)", "rows": "\(rows)", "sources_failed": "\(failed.count)",
                "milliseconds": "\(Int(duration / .milliseconds(1)))",
            ])
    }
}
