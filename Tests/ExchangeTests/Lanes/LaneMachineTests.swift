import Exchange
import Testing

struct LaneMachineTests {
    typealias Step = (event: LaneEvent, action: LaneAction?)

    /// The events that bring a lane of two sets to the import of its first.
    static let toFirstImport: [LaneEvent] = [.started, .connected, .answered(.open)]

    @Test("A lane connects, asks and imports set by set, and is done")
    func wholeWay() throws {
        let steps: [Step] = [
            (.started, .connect), (.connected, .ask(0..<2)), (.answered(.open), .importSet(0..<2)),
            (.imported, .ask(2..<3)), (.answered(.open), .importSet(2..<3)), (.imported, .finish(.done)),
        ]
        var lane = LaneMachine(orderCount: 3, setSize: 2)
        for step in steps { #expect(try lane.handle(step.event) == step.action) }
        #expect(lane.state == .ended(.done))
    }

    @Test("A lane without orders is done without a connection")
    func empty() throws {
        var lane = LaneMachine(orderCount: 0, setSize: 2)
        #expect(try lane.handle(.started) == .finish(.done))
    }

    @Test(
        "A fault anywhere ends the lane with what is left from that set on",
        arguments: [
            ([.started], .connectFailed(.unreachable), LaneEnd.failed(.unreachable, remainingFrom: 0)),
            ([.started, .connected], .askFailed(.timedOut), .failed(.timedOut, remainingFrom: 0)),
            (toFirstImport, .importFailed(.failed), .failed(.failed, remainingFrom: 0)),
            (toFirstImport + [.imported], .askFailed(.invalid), .failed(.invalid, remainingFrom: 2)),
            (
                toFirstImport + [.imported], .answered(.reserved),
                .sharingClosed(.reserved, remainingFrom: 2)
            ),
            ([.started, .connected], .answered(.notOpen), .sharingClosed(.notOpen, remainingFrom: 0)),
        ] as [([LaneEvent], LaneEvent, LaneEnd)])
    func faults(_ before: [LaneEvent], _ fault: LaneEvent, _ end: LaneEnd) throws {
        var lane = try lane(after: before)
        #expect(try lane.handle(fault) == .finish(end))
        #expect(lane.state == .ended(end))
    }

    @Test("A set that took too long is followed by one of the usual size, and never by one as large")
    func tooLong() throws {
        var lane = LaneMachine(orderCount: 100_000, setSize: 5_000)
        for event in [LaneEvent.started, .connected] { _ = try lane.handle(event) }
        #expect(try lane.handle(.answerFailed(.timedOut)) == .ask(0..<500))
        lane.note(.idle)
        #expect(try lane.handle(.answered(.open)) == .importSet(0..<500))
        #expect(try lane.handle(.imported) == .ask(500..<3_000))
    }

    @Test("A stop lets the set under way be imported, and no other be asked")
    func stop() throws {
        var asking = try lane(after: [.started, .connected])
        #expect(try asking.handle(.stopRequested) == nil)
        #expect(try asking.handle(.answered(.open)) == .importSet(0..<2))
        #expect(try asking.handle(.imported) == .finish(.stopped(remainingFrom: 2)))

        var importing = try lane(after: Self.toFirstImport)
        #expect(try importing.handle(.stopRequested) == nil)
        #expect(try importing.handle(.imported) == .finish(.stopped(remainingFrom: 2)))
    }

    @Test("A stop during the last set leaves the lane done")
    func stopInLastSet() throws {
        var lane = try lane(after: Self.toFirstImport + [.imported, .answered(.open)])
        #expect(try lane.handle(.stopRequested) == nil)
        #expect(try lane.handle(.imported) == .finish(.done))
    }

    @Test("A second stop ends the lane at once", arguments: [[.started, .connected], toFirstImport] as [[LaneEvent]])
    func secondStop(_ before: [LaneEvent]) throws {
        var lane = try lane(after: before)
        #expect(try lane.handle(.stopRequested) == nil)
        #expect(try lane.handle(.stopRequested) == .finish(.stopped(remainingFrom: 0)))
    }

    @Test(
        "Before anything was asked a stop or a pause ends the lane at once",
        arguments: [[], [.started]] as [[LaneEvent]])
    func early(_ before: [LaneEvent]) throws {
        var stopped = try lane(after: before)
        #expect(try stopped.handle(.stopRequested) == .finish(.stopped(remainingFrom: 0)))
        var paused = try lane(after: before)
        #expect(try paused.handle(.paused) == .finish(.failed(.paused, remainingFrom: 0)))
    }

    @Test("A pause lets the set under way be imported, and gives way to a stop")
    func pause() throws {
        var lane = try lane(after: [.started, .connected])
        #expect(try lane.handle(.paused) == nil)
        #expect(try lane.handle(.paused) == nil)
        #expect(try lane.handle(.answered(.open)) == .importSet(0..<2))
        var other = lane
        #expect(try lane.handle(.imported) == .finish(.failed(.paused, remainingFrom: 2)))
        #expect(try other.handle(.stopRequested) == nil)
        #expect(try other.handle(.paused) == nil)
        #expect(try other.handle(.imported) == .finish(.stopped(remainingFrom: 2)))
    }

    @Test(
        "A lost token ends the lane in every state",
        arguments: [[], [.started], [.started, .connected], toFirstImport] as [[LaneEvent]])
    func tokenLost(_ before: [LaneEvent]) throws {
        var lane = try lane(after: before)
        #expect(try lane.handle(.tokenLost) == .finish(.tokenLost))
        #expect(LaneEnd.tokenLost.remainingFrom == nil)
    }

    @Test("What is left gets the outcome of the end")
    func remaining() {
        #expect(LaneEnd.done.outcomeOfRemaining == nil)
        #expect(LaneEnd.tokenLost.outcomeOfRemaining == nil)
        #expect(LaneEnd.stopped(remainingFrom: 3).outcomeOfRemaining == .pending)
        #expect(LaneEnd.failed(.denied, remainingFrom: 3).outcomeOfRemaining == .denied)
        #expect(LaneEnd.sharingClosed(.reserved, remainingFrom: 3).outcomeOfRemaining == .reserved)
        #expect(LaneEnd.sharingClosed(.notOpen, remainingFrom: 3).remainingFrom == 3)
    }

    /// Drives a lane at whose source no set with one of the persons in `bad` can be answered.
    ///
    /// - Returns: who was imported, who was set aside, how it ended, and how many questions it took.
    private func drive(
        _ orderCount: Int, setSize: Int, bad: Set<Int>
    ) throws -> (imported: [Int], aside: [Int], end: LaneEnd?, questions: Int) {
        var lane = LaneMachine(orderCount: orderCount, setSize: setSize)
        var (imported, aside, questions): ([Int], [Int], Int) = ([], [], 0)
        var action = try lane.handle(.started)
        while let next = action {
            switch next {
            case .connect: action = try lane.handle(.connected)
            case .ask(let set):
                questions += 1
                action = try lane.handle(bad.isDisjoint(with: set) ? .answered(.open) : .answerFailed(.failed))
            case .importSet(let set):
                imported += set
                action = try lane.handle(.imported)
            case .setAside(let order):
                aside.append(order)
                action = try lane.handle(.imported)
            case .finish(let end): return (imported, aside, end, questions)
            }
        }
        return (imported, aside, nil, questions)
    }

    @Test(
        "Those whom the source cannot answer about are found by halves and set aside; all others are imported",
        arguments: [[], [0], [499], [137], [0, 1], [3, 250, 251, 252, 499, 700], [999]] as [Set<Int>])
    func halves(_ bad: Set<Int>) throws {
        let lane = try drive(1_000, setSize: 500, bad: bad)
        #expect(lane.aside == bad.sorted())
        #expect(lane.imported == (0..<1_000).filter { !bad.contains($0) })
        #expect(lane.end == .done)
        // Down to one and up again, and what is right beside it: thrice the logarithm of the set's size for each of them.
        #expect(lane.questions <= 2 + 27 * bad.count)
    }

    @Test("A source that cannot answer about anybody is broken after a few, and the rest is its fault")
    func nobody() throws {
        let lane = try drive(1_000, setSize: 500, bad: Set(0..<1_000))
        #expect(lane.aside == Array(0..<LaneMachine.mostSetAsideInRow))
        #expect(lane.end == .failed(.failed, remainingFrom: LaneMachine.mostSetAsideInRow))
        #expect(lane.questions < 30)
    }

    @Test("What cannot be asked for now is left to the next claim from there on")
    func putOff() throws {
        var connecting = try lane(after: [.started])
        #expect(try connecting.handle(.putOff) == .finish(.stopped(remainingFrom: 0)))
        var asking = try lane(after: Self.toFirstImport + [.imported])
        #expect(try asking.handle(.putOff) == .finish(.stopped(remainingFrom: 2)))
    }

    @Test("A stop does not wait for the halves of what was not answered")
    func stopWhileDividing() throws {
        var lane = try lane(after: [.started, .connected, .stopRequested])
        #expect(try lane.handle(.answerFailed(.failed)) == .finish(.stopped(remainingFrom: 0)))
    }

    private func lane(after events: [LaneEvent]) throws -> LaneMachine {
        var lane = LaneMachine(orderCount: 3, setSize: 2)
        for event in events { _ = try lane.handle(event) }
        return lane
    }
}
