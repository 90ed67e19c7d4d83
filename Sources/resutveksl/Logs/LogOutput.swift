import Glibc
import Logging
import Postgres

/// Where the log of this process goes, and in which form.
///
/// One for the whole process, so that loggers of libraries, which are made by themselves, go the same way.
final class LogOutput: Sendable {
    static let shared = LogOutput()

    /// Where messages go.
    enum Destination: Sendable {
        /// - Parameter isPrefixed: whether each line is led by its priority, for systemd.
        case text(isPrefixed: Bool)
        case json
        case journal(JournalSocket, isPrefixed: Bool)
    }

    private struct State {
        var destination = Destination.text(isPrefixed: false)
        var level = Logger.Level.notice
        var bar: RunProgress?
    }

    private let state = Guarded(State())

    /// From which level on loggers log that are not told otherwise.
    var level: Logger.Level { state.withLock { $0.level } }

    func configure(_ destination: Destination, level: Logger.Level) {
        state.withLock {
            $0.destination = destination
            $0.level = level
        }
    }

    /// A progress bar that is on the same terminal: its line is ended before each line of the log.
    func share(with bar: RunProgress) { state.withLock { $0.bar = bar } }

    func write(_ line: LogLine) {
        let (destination, bar) = state.withLock { ($0.destination, $0.bar) }
        switch destination {
        case .text(let isPrefixed): print(line.text(isPrefixed: isPrefixed), bar)
        case .json: print(line.json, bar)
        case .journal(let socket, let isPrefixed):
            // What the journal does not take is not lost.
            if !socket.send(line.journalEntry) { print(line.text(isPrefixed: isPrefixed), bar) }
        }
    }

    /// In one piece, so that lines of several threads do not mix.
    ///
    /// A reader that went away is no reason to end (`FileHandle` would): what is not written is lost.
    private func print(_ text: String, _ bar: RunProgress?) {
        bar?.finish()
        let bytes = Array((text + "\n").utf8)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}

extension LogOutput.Destination {
    /// - Parameters:
    ///   - isJournal: whether standard error ends in the journal.
    ///   - socket: opened only where it is used; nil where there is no journal, and text takes its place.
    init(_ format: LogFormat, isJournal: Bool, socket: () -> JournalSocket? = { JournalSocket() }) {
        switch format {
        case .text: self = .text(isPrefixed: isJournal)
        case .json: self = .json
        case .auto where !isJournal: self = .text(isPrefixed: false)
        case .auto, .journal:
            self = socket().map { .journal($0, isPrefixed: isJournal) } ?? .text(isPrefixed: isJournal)
        }
    }

    /// From which level on is logged when nobody says so: machines get a line for each lane, people what they should know.
    var usualLevel: Logger.Level {
        switch self {
        case .text: .notice
        case .json, .journal: .info
        }
    }
}
