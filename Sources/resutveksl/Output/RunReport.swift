import Exchange
import Store
import Worker

extension RunSummary {
    /// What `run` prints at its end.
    var report: String {
        let seconds = Double(duration / .microseconds(1)) / 1_000_000
        let rate = seconds > 0 ? Int(Double(orders) / seconds) : orders
        var lines = [
            "\(orders.counted("order")), \(lanes.count.counted("source")), \(rows.counted("row")) imported, "
                + "\(sets.counted("question")), \(Self.decimal(seconds)) s, \(rate) orders/s"
        ]
        lines.append(
            "\(settlement.completed) completed, \(settlement.awaitingRetry) awaiting retry"
                + (refused > 0 ? ", \(refused) refused for want of consent" : "")
                + (settlement.handedBack > 0 ? ", \(settlement.handedBack) handed back" : "")
                + (swept.held > 0 ? ", \(swept.held) held" : ""))
        if swept.claims > 0 { lines.append("Took over \(swept.claims.counted("claim")) of workers that had died") }
        for lane in failed {
            lines.append("\(lane.source) \(lane.acronym): \(lane.outcome): \(lane.fault?.reason ?? "")")
            if let next = lane.nextAttempt {
                lines.append("    \(lane.remaining.counted("order")), next attempt \(next)")
            }
        }
        for lane in lanes.values.sorted(by: { $0.source < $1.source }) where lane.gaveUp > 0 {
            lines.append(
                "\(lane.source) \(lane.acronym): given up: \(lane.gaveUp.counted("order")); not tried again until re-queued"
            )
        }
        for lane in closed {
            lines.append("\(lane.source) \(lane.acronym): \(lane.outcome): \(lane.sharing.outcome?.sentence ?? "")")
        }
        for lane in lanes.values.sorted(by: { $0.source < $1.source }) where lane.invalid > 0 {
            lines.append(
                "\(lane.source) \(lane.acronym): invalid: bad data about \(lane.invalid.counted("person")); see transfer_log"
            )
        }
        if isStopped { lines.append("Stopped by a signal; what is left is due in the next run") }
        return lines.joined(separator: "\n")
    }

    private static func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
