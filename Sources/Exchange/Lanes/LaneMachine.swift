/// The decisions of one lane: the sets of one run, asked of one source one after another.
///
/// A value without I/O. Whoever drives it performs the action that an event brings out and reports what came of it as the
/// next event; `nil` means that what is under way goes on. A fault anywhere ends the lane with what is left from that set on,
/// so that a dead source costs one deadline per run.
///
/// A stop or a pause lets the set that is being asked be imported, because the source has recorded the disclosure already; a
/// second stop ends the lane at once.
package struct LaneMachine: Hashable, Sendable {
    package private(set) var state: State = .ready

    /// How many sets there are to ask.
    package let setCount: Int

    package enum State: Hashable, Sendable {
        case ready
        case connecting
        case asking(set: Int, then: Continuation)
        case importing(set: Int, then: Continuation)
        case ended(LaneEnd)
    }

    /// What follows the set that is under way.
    package enum Continuation: Hashable, Sendable {
        case next
        case stop
        case pause
    }

    /// - Parameter setCount: from 0 on; with 0 there is nothing to do and no connection is made.
    package init(setCount: Int) {
        self.setCount = max(0, setCount)
    }

    /// Takes an event and tells what to do.
    ///
    /// - Throws: `LaneMachineError` for an event that cannot happen in the state; the machine is unchanged then.
    package mutating func handle(_ event: LaneEvent) throws(LaneMachineError) -> LaneAction? {
        if case .ended = state { return try afterEnd(event) }
        switch (state, event) {
        case (_, .tokenLost):
            return finish(.tokenLost)
        case (.ready, .started):
            if setCount == 0 { return finish(.done) }
            state = .connecting
            return .connect
        case (.connecting, .connected):
            return ask(0)
        case (.connecting, .connectFailed(let outcome)):
            return try fail(outcome, from: 0, event)
        case (.asking(let set, let then), .answered(let sharing, let answered)) where answered == set:
            guard sharing == .open else { return finish(.sharingClosed(sharing, remainingFrom: set)) }
            state = .importing(set: set, then: then)
            return .importSet(set)
        case (.asking(let set, _), .askFailed(let outcome)):
            return try fail(outcome, from: set, event)
        case (.importing(let set, let then), .imported):
            return goOn(from: set + 1, then)
        case (.importing(let set, _), .importFailed(let outcome)):
            return try fail(outcome, from: set, event)
        case (_, .stopRequested):
            return stop()
        case (_, .paused):
            return pause()
        default:
            throw LaneMachineError(event: event, state: state)
        }
    }

    private mutating func goOn(from set: Int, _ then: Continuation) -> LaneAction {
        if set >= setCount { return finish(.done) }
        return switch then {
        case .next: ask(set)
        case .stop: finish(.stopped(remainingFrom: set))
        case .pause: finish(.failed(.paused, remainingFrom: set))
        }
    }

    private mutating func stop() -> LaneAction? {
        switch state {
        case .asking(let set, .stop), .importing(let set, .stop):
            return finish(.stopped(remainingFrom: set))
        case .asking(let set, _):
            state = .asking(set: set, then: .stop)
            return nil
        case .importing(let set, _):
            state = .importing(set: set, then: .stop)
            return nil
        case .ready, .connecting, .ended:
            return finish(.stopped(remainingFrom: 0))
        }
    }

    private mutating func pause() -> LaneAction? {
        switch state {
        case .asking(let set, .next):
            state = .asking(set: set, then: .pause)
            return nil
        case .importing(let set, .next):
            state = .importing(set: set, then: .pause)
            return nil
        case .asking, .importing:
            return nil
        case .ready, .connecting, .ended:
            return finish(.failed(.paused, remainingFrom: 0))
        }
    }

    /// Requests and losses may cross the end of the lane on their way; anything else belongs to work that is over.
    private func afterEnd(_ event: LaneEvent) throws(LaneMachineError) -> LaneAction? {
        switch event {
        case .stopRequested, .paused, .tokenLost: return nil
        default: throw LaneMachineError(event: event, state: state)
        }
    }

    private mutating func fail(
        _ outcome: Outcome, from set: Int, _ event: LaneEvent
    ) throws(LaneMachineError) -> LaneAction {
        guard outcome.isRetried else { throw LaneMachineError(event: event, state: state) }
        return finish(.failed(outcome, remainingFrom: set))
    }

    private mutating func ask(_ set: Int) -> LaneAction {
        state = .asking(set: set, then: .next)
        return .ask(set: set)
    }

    private mutating func finish(_ end: LaneEnd) -> LaneAction {
        state = .ended(end)
        return .finish(end)
    }
}
