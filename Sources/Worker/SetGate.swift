import Postgres

/// How many sets of large runs a worker has in work at once: from the question until what was answered is written.
///
/// Every source's lane goes on by itself, and without a bound all of them would ask at the same moment: the worker would hold
/// as many answers as there are sources, and whoever orders one person meanwhile would wait until all of them had been served.
/// More than a few at once make nothing faster, because what they come to is written by one worker into one database.
///
/// A source that does not answer soon gives its place up while it is waited for, so that it takes nothing from the others. When
/// its answer comes it waits for a place again before it is read: until then it is not in the worker's memory.
final class SetGate: Sendable {
    /// So many answers are on their way into the own database at once.
    static let usualPlaces = 6
    /// A question that is not answered within this time does not keep its place.
    ///
    /// Long enough that as many sources on a busy machine are not taken for slow: each that is lets one more in, which makes
    /// all of them slower.
    static let usualPatience = Duration.seconds(1)
    /// Nor does an answer that is not read to its end within this time.
    static let usualReadingPatience = Duration.seconds(5)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let patience: Duration
    private let readingPatience: Duration
    private let state: Guarded<State>

    init(
        places: Int = usualPlaces, patience: Duration = usualPatience, readingPatience: Duration = usualReadingPatience
    ) {
        self.patience = patience
        self.readingPatience = readingPatience
        state = Guarded(State(free: places))
    }

    /// How many stand before it.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Waits for a place.
    ///
    /// Not for long, and so not to be cancelled: places are given up when a source is slow, or when a set is written.
    func enter() async -> Place {
        await take()
        return Place(gate: self)
    }

    /// - Parameter isFirst: whether to go before all that wait: whoever has asked keeps others from its source.
    private func take(isFirst: Bool = false) async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.insert(continuation, at: isFirst ? 0 : state.waiting.endIndex)
                return false
            }
            if isFree { continuation.resume() }
        }
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
        private enum Use {
            case asking(since: ContinuousClock.Instant)
            /// Given up while the source is waited for.
            case givenUp
            /// From the beginning of the answer on.
            case kept(since: ContinuousClock.Instant)
            case over
        }

        private let gate: SetGate
        private let use = Guarded(Use.asking(since: .now))
        private let waited = Guarded(Duration.zero)

        fileprivate init(gate: SetGate) { self.gate = gate }

        /// How long its answer waited before it was read, which is no fault of the source.
        var heldUp: Duration { waited.withLock { $0 } }

        func giveBack() {
            let isFreed = use.withLock { use in
                defer { use = .over }
                switch use {
                case .asking, .kept: return true
                case .givenUp, .over: return false
                }
            }
            if isFreed { gate.passOn() }
        }

        /// Gives it up when the source does not answer soon, and for good when it does not come to the end of its answer;
        /// until the task is cancelled.
        func giveUpWhenOverdue() async {
            while await EventLoop.shared.sleep(for: gate.patience) != .cancelled { giveUpIfOverdue() }
        }

        private func giveUpIfOverdue() {
            let isFreed = use.withLock { [gate] use in
                switch use {
                case .asking(let since) where .now - since >= gate.patience:
                    use = .givenUp
                    return true
                case .kept(let since) where .now - since >= gate.readingPatience:
                    use = .over
                    return true
                case .asking, .givenUp, .kept, .over: return false
                }
            }
            if isFreed { gate.passOn() }
        }

        /// The answer comes: waits for another place where this one was given up, and keeps it until it is given back.
        @Sendable func keep() async {
            let isGivenUp = use.withLock { use in
                switch use {
                case .asking:
                    use = .kept(since: .now)
                    return false
                case .givenUp: return true
                case .kept, .over: return false
                }
            }
            guard isGivenUp else { return }
            let time = await ContinuousClock().measure { await gate.take(isFirst: true) }
            waited.withLock { $0 += time }
            use.withLock { $0 = .kept(since: .now) }
        }
    }
}
