import Exposition
import Foundation
import Metrics
import Worker

/// How one run went.
///
/// Gauges, not counters: the process is over before anybody could see them grow. What grows is kept in the database.
struct RunMetrics {
    let status: Int32
    let duration: Duration
    /// Nil when it broke off before its end.
    let summary: RunSummary?

    func record(to registry: PrometheusRegistry) {
        func set(_ name: String, _ value: Double, _ labels: [(String, String)] = []) {
            Meter(label: "resutveksl_run_\(name)", dimensions: labels, factory: registry).set(value)
        }
        set("end_timestamp_seconds", Date().timeIntervalSince1970)
        set("exit_status", Double(status))
        set("duration_seconds", duration / .seconds(1))
        guard let summary else { return }
        set("orders", Double(summary.orders))
        set("questions", Double(summary.sets))
        set("rows", Double(summary.rows))
        set("sources_failed", Double(summary.failed.count))
        for lane in summary.lanes.values where lane.asking > .zero {
            let source = [("institution", "\(lane.source)"), ("acronym", lane.acronym)]
            set("asking_seconds", lane.asking / .seconds(1), source)
        }
    }
}
