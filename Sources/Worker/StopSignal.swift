import Postgres

/// Tells lanes and claims to end.
///
/// Once given it stays given; it only becomes more urgent. However many wait for it, none takes up a descriptor.
package final class StopSignal: Sendable {
    package enum Level: Int, Sendable, Comparable {
        case none
        /// End at the next boundary: the set in work is finished, the rest handed back.
        case orderly
        /// Time is up: the question in work is taken back too.
        case atOnce

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    private struct State {
        var level = Level.none
        var waiting: [UInt64: (level: Level, resume: @Sendable () -> Void)] = [:]
        var lastID: UInt64 = 0
    }

    private let state = Guarded(State())

    package init() {}

    package var level: Level { state.withLock { $0.level } }

    package var isGiven: Bool { level > .none }

    package func give(_ level: Level = .orderly) {
        let freed = state.withLock { state in
            state.level = max(state.level, level)
            let freed = state.waiting.filter { $0.value.level <= state.level }
            for id in freed.keys { state.waiting[id] = nil }
            return freed.values.map(\.resume)
        }
        for resume in freed { resume() }
    }

    /// Suspends until it is given with at least this urgency, or the task is cancelled.
    package func wait(for level: Level = .orderly) async {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // The flag is read under the lock: a cancellation that comes later finds the waiter in the table.
                let isOver = state.withLock { state in
                    if state.level >= level || Task.isCancelled { return true }
                    state.waiting[id] = (level, { continuation.resume() })
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id)?.resume }?()
        }
    }

    /// Has something done when it is given with at least this urgency, at once if it has been.
    ///
    /// - Returns: what `forget` takes it back with.
    func notify(at level: Level, _ body: @escaping @Sendable () -> Void) -> UInt64 {
        let (id, isGiven) = state.withLock { state in
            state.lastID += 1
            if state.level >= level { return (state.lastID, true) }
            state.waiting[state.lastID] = (level, body)
            return (state.lastID, false)
        }
        if isGiven { body() }
        return id
    }

    func forget(_ notice: UInt64) { state.withLock { $0.waiting[notice] = nil } }
}
