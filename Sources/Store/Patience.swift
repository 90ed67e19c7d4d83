import Logging
import Postgres

/// How long, and until when at most, trouble with the own database is waited out: a restart, a failover, a cut line.
package struct Patience: Sendable {
    /// From the first failure of an operation on.
    let limit: Duration
    /// Whether there is no time left, however long the limit.
    let isOver: @Sendable () -> Bool

    /// Every failure is told at once.
    package static let none = Patience(limit: .zero)

    package init(limit: Duration, isOver: @escaping @Sendable () -> Bool = { false }) {
        self.limit = limit
        self.isOver = isOver
    }
}

/// Tells once that the own database is away, and once that it is back, however many lanes notice.
final class Outage: Sendable {
    private let since = Guarded<ContinuousClock.Instant?>(nil)
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    func note(_ error: PostgresError) {
        let isFirst = since.withLock { since in
            defer { since = since ?? .now }
            return since == nil
        }
        guard isFirst else { return }
        logger.warning(
            "the own database is away; waiting for it",
            metadata: ["reason": "\(error)", "sqlstate": "\(error.sqlState ?? "")", "phase": "\(error.phase.rawValue)"])
    }

    func end() {
        let began = since.withLock { since in
            defer { since = nil }
            return since
        }
        guard let began else { return }
        logger.notice(
            "the own database is back", metadata: ["milliseconds": "\(Int((.now - began) / .milliseconds(1)))"])
    }
}

extension Store {
    /// Does something with the own database, and does it again for as long as patience lasts when the database is away.
    ///
    /// - Parameter body: is told whether it was tried before: a commit whose answer was lost may have taken place.
    func patiently<Value: Sendable>(_ body: (_ isRepeated: Bool) async throws -> Value) async throws -> Value {
        var giveUpAt: ContinuousClock.Instant?
        var pause = Duration.milliseconds(50)
        while true {
            do {
                let value = try await body(giveUpAt != nil)
                outage.end()
                return value
            } catch let error as PostgresError where error.mayPass {
                let end = giveUpAt ?? .now + patience.limit
                giveUpAt = end
                if patience.limit == .zero || patience.isOver() || .now >= end { throw error }
                outage.note(error)
                // A server that has become a standby keeps its connections and refuses to write.
                if error.isServer("25006") { await pool.closeIdle() }
                guard await EventLoop.shared.sleep(for: pause) != .cancelled else { throw error }
                pause = min(pause * 2, .seconds(1))
            }
        }
    }
}

extension PostgresError {
    /// Whether the same may succeed a moment later: the server is away, on its way down or up, full, or has just changed
    /// places with its standby; a session or a statement was ended because we let it wait for too long; or two transactions
    /// stood in each other's way.
    var mayPass: Bool {
        switch code {
        case .connectFailed, .connectionLost, .closed, .hostUnknown, .timedOut: true
        case .server:
            ["08", "40001", "40P01", "53300", "57P01", "57P02", "57P03", "57P05", "25006", "25P03", "57014"].contains(
                where: isServer)
        case .configuration, .passwordMissing, .cancelled, .inUse, .decoding, .tooLarge: false
        }
    }
}
