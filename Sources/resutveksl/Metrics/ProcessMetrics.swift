import ArgumentParser
import Exposition
import Foundation
import Metrics

/// What the program knows of itself.
struct ProcessMetrics: Sendable {
    private let startedAt = Date()

    func record(to registry: PrometheusRegistry) {
        let version = Resutveksl.configuration.version
        Meter(label: "resutveksl_build_info", dimensions: [("version", version)], factory: registry).set(1)
        Meter(label: "resutveksl_process_start_time_seconds", factory: registry).set(startedAt.timeIntervalSince1970)
        var usage = rusage()
        // Linux counts it in KiB (getrusage(2)).
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            Meter(label: "resutveksl_process_peak_memory_bytes", factory: registry).set(usage.ru_maxrss * 1024)
        }
        if let descriptors = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            Meter(label: "resutveksl_process_open_descriptors", factory: registry).set(descriptors.count)
        }
    }
}
