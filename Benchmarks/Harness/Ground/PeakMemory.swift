import DevCluster
import Foundation
import Glibc

/// Watches how much memory a process has had resident at most.
///
/// What the kernel tells of a process that has ended counts what its parent had when it was started; so it is asked for
/// while the process lives. Its last hundredth of a second is not seen.
enum PeakMemory {
    /// - Returns: KiB, 0 for a process that was never seen.
    static func watch(_ worker: WorkerProcess) async -> Int {
        var last = 0
        while worker.isRunning {
            if let peak = read(worker.process) { last = peak }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return last
    }

    static func read(_ process: pid_t) -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }
    }
}
