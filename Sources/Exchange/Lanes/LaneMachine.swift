/// The decisions of one lane: the orders of one claim, asked of one source set by set.
///
/// A value without I/O. Whoever drives it performs the action that an event brings out and reports what came of it as the
/// next event; `nil` means that what is under way goes on. A fault of the source ends the lane with what is left from that
/// set on, so that a dead source costs one deadline per run.
///
/// What the source cannot answer because of one person (`answerFailed`) is asked again in halves, until the person is alone
/// and set aside; sets grow again after each that goes well, by the pace of its answer. A source that fails about every
/// single person is taken for broken after a few. A set that took too long is followed by one of the usual size, and never
/// by one as large: a source that hangs costs one deadline more.
///
/// A stop or a pause lets the set that is being asked be imported, because the source has recorded the disclosure already; a
/// second stop ends the lane at once.
package struct LaneMachine: Hashable, Sendable {
    /// So many persons set aside without any answer in between mean that the trouble is the source's.
    package static let mostSetAsideInRow = 5

    package private(set) var state: State = .ready

    /// How many orders there are to ask about.
    package let orderCount: Int

    /// How many are asked about at once before anything is known of the source's pace, and when it is slow.
    ///
    /// The database knows it too: so many are suspects when a worker dies before it has noted another number
    /// (`note_worker_death`).
    package static let usualSetSize = 500

    /// How many are asked about at once at most.
    package private(set) var setSize: Int

    /// How many are asked about next, once what was answered is imported.
    package private(set) var nextSize: Int
    private var pace = AnswerPace.quick
    private var setAsideInRow = 0

    package enum State: Hashable, Sendable {
        case ready
        case connecting
        case asking(Range<Int>, then: Continuation)
        case importing(Range<Int>, then: Continuation)
        case settingAside(Int, then: Continuation)
        case ended(LaneEnd)
    }

    /// What follows the set that is under way.
    package enum Continuation: Hashable, Sendable {
        case next
        case stop
        case pause
    }

    /// - Parameters:
    ///   - orderCount: from 0 on; with 0 there is nothing to do and no connection is made.
    ///   - setSize: from 1 on.
    ///   - first: how many are asked about first; left out, as many as may be.
    package init(orderCount: Int, setSize: Int, first: Int? = nil) {
        self.orderCount = max(0, orderCount)
        self.setSize = max(1, setSize)
        nextSize = max(1, min(first ?? self.setSize, self.setSize))
    }

    /// Takes the size of the first set from the lanes of other claims, which know the source's pace already.
    package mutating func begin(with size: Int) { nextSize = max(1, min(size, setSize)) }

    /// Notes how the answer came whose `answered` is handled next.
    package mutating func note(_ pace: AnswerPace) { self.pace = pace }

    /// Takes an event and tells what to do.
    ///
    /// - Throws: `LaneMachineError` for an event that cannot happen in the state; the machine is unchanged then.
    package mutating func handle(_ event: LaneEvent) throws(LaneMachineError) -> LaneAction? {
        if case .ended = state { return try afterEnd(event) }
        switch (state, event) {
        case (_, .tokenLost):
            return finish(.tokenLost)
        case (.ready, .started):
            if orderCount == 0 { return finish(.done) }
            state = .connecting
            return .connect
        case (.connecting, .connected):
            return ask(from: 0, then: .next)
        case (.connecting, .connectFailed(let outcome)):
            return try fail(outcome, from: 0, event)
        case (.asking(let set, let then), .answered(let sharing)):
            guard sharing == .open else { return finish(.sharingClosed(sharing, remainingFrom: set.lowerBound)) }
            // The rest of a lane is small and comes soon, which tells nothing of a whole set.
            if set.count >= nextSize || pace == .slow { nextSize = sizeAfter(nextSize) }
            state = .importing(set, then: then)
            return .importSet(set)
        case (.asking(let set, _), .askFailed(let outcome)):
            return try fail(outcome, from: set.lowerBound, event)
        case (.asking(let set, let then), .answerFailed(let outcome)):
            return try divide(set, then, outcome, event)
        case (.importing(let set, let then), .imported):
            setAsideInRow = 0
            return goOn(from: set.upperBound, then)
        case (.settingAside(let order, let then), .imported):
            setAsideInRow += 1
            return goOn(from: order + 1, then)
        case (.importing(let set, _), .importFailed(let outcome)):
            return try fail(outcome, from: set.lowerBound, event)
        case (.settingAside(let order, _), .importFailed(let outcome)):
            return try fail(outcome, from: order, event)
        case (.connecting, .putOff):
            return finish(.stopped(remainingFrom: 0))
        case (.asking(let set, _), .putOff):
            return finish(.stopped(remainingFrom: set.lowerBound))
        case (_, .stopRequested):
            return stop()
        case (_, .paused):
            return pause()
        default:
            throw LaneMachineError(event: event, state: state)
        }
    }

    private func sizeAfter(_ size: Int) -> Int {
        let usual = min(setSize, Self.usualSetSize)
        return size < usual ? min(usual, size * 2) : min(setSize, max(usual, pace.next(after: size)))
    }

    private mutating func goOn(from place: Int, _ then: Continuation) -> LaneAction {
        if place >= orderCount { return finish(.done) }
        return switch then {
        case .next: ask(from: place, then: .next)
        case .stop: finish(.stopped(remainingFrom: place))
        case .pause: finish(.failed(.paused, remainingFrom: place))
        }
    }

    /// Nothing of the set was answered, so that a stop or a pause that was waiting for it need not wait any longer.
    private mutating func divide(
        _ set: Range<Int>, _ then: Continuation, _ outcome: Outcome, _ event: LaneEvent
    ) throws(LaneMachineError) -> LaneAction {
        guard outcome.isRetried else { throw LaneMachineError(event: event, state: state) }
        if then != .next { return goOn(from: set.lowerBound, then) }
        if set.count > 1 {
            nextSize = set.count / 2
            if outcome == .timedOut {
                setSize = max(1, nextSize)
                nextSize = min(nextSize, Self.usualSetSize)
            }
            return ask(from: set.lowerBound, then: then)
        }
        if setAsideInRow >= Self.mostSetAsideInRow { return try fail(outcome, from: set.lowerBound, event) }
        state = .settingAside(set.lowerBound, then: then)
        return .setAside(set.lowerBound)
    }

    private mutating func stop() -> LaneAction? {
        switch state {
        case .asking(let set, .stop), .importing(let set, .stop):
            return finish(.stopped(remainingFrom: set.lowerBound))
        case .settingAside(let order, .stop):
            return finish(.stopped(remainingFrom: order))
        case .ready, .connecting, .ended:
            return finish(.stopped(remainingFrom: 0))
        case .asking, .importing, .settingAside:
            return wind(down: .stop)
        }
    }

    private mutating func pause() -> LaneAction? {
        switch state {
        case .ready, .connecting, .ended:
            return finish(.failed(.paused, remainingFrom: 0))
        case .asking(_, .next), .importing(_, .next), .settingAside(_, .next):
            return wind(down: .pause)
        case .asking, .importing, .settingAside:
            return nil
        }
    }

    private mutating func wind(down then: Continuation) -> LaneAction? {
        switch state {
        case .asking(let set, _): state = .asking(set, then: then)
        case .importing(let set, _): state = .importing(set, then: then)
        case .settingAside(let order, _): state = .settingAside(order, then: then)
        case .ready, .connecting, .ended: break
        }
        return nil
    }

    /// Requests and losses may cross the end of the lane on their way; anything else belongs to work that is over.
    private func afterEnd(_ event: LaneEvent) throws(LaneMachineError) -> LaneAction? {
        switch event {
        case .stopRequested, .paused, .tokenLost: return nil
        default: throw LaneMachineError(event: event, state: state)
        }
    }

    private mutating func fail(
        _ outcome: Outcome, from place: Int, _ event: LaneEvent
    ) throws(LaneMachineError) -> LaneAction {
        guard outcome.isRetried else { throw LaneMachineError(event: event, state: state) }
        return finish(.failed(outcome, remainingFrom: place))
    }

    private mutating func ask(from place: Int, then: Continuation) -> LaneAction {
        let set = place..<min(place + nextSize, orderCount)
        state = .asking(set, then: then)
        return .ask(set)
    }

    private mutating func finish(_ end: LaneEnd) -> LaneAction {
        state = .ended(end)
        return .finish(end)
    }
}
