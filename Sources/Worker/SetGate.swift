import Postgres

/// How many sets of large runs a worker has in work at once: from the question until what was answered is written.
///
/// Every source's lane goes on by itself, and without a bound all of them would ask at the same moment: the worker would hold
/// as many answers as there are sources, and whoever orders one person meanwhile would wait until all of them had been served.
/// More than a few at once make nothing faster, because what they come to is written by one worker into one database.
///
/// A source that does not answer soon gives its place up while it is waited for: it takes nothing from the others.
final class SetGate: Sendable {
    /// So many answers are on their way into the own database at once.
    static let usualPlaces = 8
    /// A question that takes longer does not keep its place.
    static let patience = Duration.milliseconds(250)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Guarded<State>

    init(places: Int = usualPlaces) { state = Guarded(State(free: places)) }

    /// How many stand before it.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Waits for a place.
    ///
    /// Not for long, and so not to be cancelled: places are given up after `patience`, or when a set is written.
    func enter() async -> Place {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
        return Place(gate: self)
    }

    private func passOn() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }

    /// A place in work, given back once however often it is said.
    final class Place: Sendable {
        private let gate: SetGate
        private let isGivenBack = Guarded(false)

        fileprivate init(gate: SetGate) { self.gate = gate }

        func giveBack() {
            let isFirst = isGivenBack.withLock { isGivenBack in
                defer { isGivenBack = true }
                return !isGivenBack
            }
            if isFirst { gate.passOn() }
        }

        /// Gives it back when that much time has passed, unless the task is cancelled before.
        func giveBack(after time: Duration) async {
            if await EventLoop.shared.sleep(for: time) != .cancelled { giveBack() }
        }
    }
}
