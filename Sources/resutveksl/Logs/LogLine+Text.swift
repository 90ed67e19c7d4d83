import Foundation
import Glibc

extension LogLine {
    /// For people: time, level, what goes with it, where it is from, message.
    ///
    /// - Parameter isPrefixed: whether the level leads as `<4>`, which systemd takes off and keeps (sd-daemon(3)): for standard
    ///   error that ends in the journal.
    func text(isPrefixed: Bool = false) -> String {
        let pairs = metadata.isEmpty ? "" : " \(self.pairs)"
        let line = "\(localTime) \(level) \(label):\(pairs) [\(source)] \(message)"
        let prefix = isPrefixed ? "<\(level.priority)>" : ""
        // A line break would look like a line of its own.
        return prefix + line.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// `2026-11-26T04:15:00+0100`.
    private var localTime: String {
        var seconds = time_t(time.timeIntervalSince1970)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            guard let start = buffer.baseAddress, strftime(start, buffer.count, "%Y-%m-%dT%H:%M:%S%z", &parts) > 0
            else {
                return ""
            }
            return String(cString: start)
        }
    }
}
