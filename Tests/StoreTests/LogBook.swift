import Logging
import Postgres
import TestLogs

/// Everything that was logged, at the lowest level, for tests that read it.
final class LogBook: Sendable {
    private let entries = Guarded<[String]>([])

    var text: String { entries.withLock { $0.joined(separator: "\n") } }

    func logger() -> Logger {
        var logger = Logger(label: "test") { _ in Handler(book: self) }
        logger.logLevel = .trace
        return logger
    }

    private func add(_ line: String) { entries.withLock { $0.append(line) } }

    private struct Handler: LogHandler {
        let book: LogBook
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            TestLogs.keep(event, label: "test", metadata: metadata)
            let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
            let pairs = all.map { "\($0.key)=\($0.value)" }.sorted()
            book.add("\(event.level) \(event.message) " + pairs.joined(separator: " "))
        }
    }
}
