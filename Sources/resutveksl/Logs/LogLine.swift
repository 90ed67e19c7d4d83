import Foundation
import Logging

/// One message of the log, with everything that goes with it, before it takes a form.
struct LogLine: Sendable {
    let time: Date
    let level: Logger.Level
    let label: String
    let message: String
    /// Sorted by key.
    let metadata: [(key: String, value: Logger.MetadataValue)]
    let source: String
    let file: String
    let function: String
    let line: UInt

    /// - Parameter base: what the handler itself puts to every message; the message's own go before it.
    init(_ event: LogEvent, label: String, base: Logger.Metadata, time: Date = Date()) {
        var all = base.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error {
            all["error.message"] = "\(error)"
            all["error.type"] = "\(String(reflecting: type(of: error)))"
        }
        self.time = time
        level = event.level
        self.label = label
        message = event.message.description
        metadata = all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        source = event.source
        file = event.file
        function = event.function
        line = event.line
    }

    /// `institution=184 run=17`.
    var pairs: String { metadata.map { "\($0.key)=\($0.value)" }.joined(separator: " ") }
}

extension Logger.Level {
    /// As syslog(3) counts, which is what the journal goes by.
    var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
