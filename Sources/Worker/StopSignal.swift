import Postgres

/// Tells lanes and claims to end.
///
/// Once given it stays given; it only becomes more urgent.
package final class StopSignal: Sendable {
    package enum Level: Int, Sendable, Comparable {
        case none
        /// End at the next boundary: the set in work is finished, the rest handed back.
        case orderly
        /// Time is up: the question in work is taken back too.
        case atOnce

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    private let given = Guarded(Level.none)
    private let orderly = Bell()
    private let atOnce = Bell()

    package init() {}

    package var level: Level { given.withLock { $0 } }

    package var isGiven: Bool { level > .none }

    package func give(_ level: Level = .orderly) {
        given.withLock { $0 = max($0, level) }
        if level >= .orderly { orderly.ring() }
        if level >= .atOnce { atOnce.ring() }
    }

    /// Suspends until it is given with at least this urgency, or the task is cancelled.
    package func wait(for level: Level = .orderly) async {
        switch level {
        case .none: break
        case .orderly: await orderly.wait()
        case .atOnce: await atOnce.wait()
        }
    }
}
