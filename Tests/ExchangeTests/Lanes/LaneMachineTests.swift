import Exchange
import Testing

struct LaneMachineTests {
    typealias Step = (event: LaneEvent, action: LaneAction?)

    /// The events that bring a lane of two sets to the import of its first.
    static let toFirstImport: [LaneEvent] = [.started, .connected, .answered(.open, set: 0)]

    @Test("A lane connects, asks and imports set by set, and is done")
    func wholeWay() throws {
        let steps: [Step] = [
            (.started, .connect), (.connected, .ask(set: 0)), (.answered(.open, set: 0), .importSet(0)),
            (.imported, .ask(set: 1)), (.answered(.open, set: 1), .importSet(1)), (.imported, .finish(.done)),
        ]
        var lane = LaneMachine(setCount: 2)
        for step in steps { #expect(try lane.handle(step.event) == step.action) }
        #expect(lane.state == .ended(.done))
    }

    @Test("A lane without sets is done without a connection")
    func empty() throws {
        var lane = LaneMachine(setCount: 0)
        #expect(try lane.handle(.started) == .finish(.done))
    }

    @Test(
        "A fault anywhere ends the lane with what is left from that set on",
        arguments: [
            ([.started], .connectFailed(.unreachable), LaneEnd.failed(.unreachable, remainingFrom: 0)),
            ([.started, .connected], .askFailed(.timedOut), .failed(.timedOut, remainingFrom: 0)),
            (toFirstImport, .importFailed(.failed), .failed(.failed, remainingFrom: 0)),
            (toFirstImport + [.imported], .askFailed(.invalid), .failed(.invalid, remainingFrom: 1)),
            (
                toFirstImport + [.imported], .answered(.reserved, set: 1),
                .sharingClosed(.reserved, remainingFrom: 1)
            ),
            ([.started, .connected], .answered(.notOpen, set: 0), .sharingClosed(.notOpen, remainingFrom: 0)),
        ] as [([LaneEvent], LaneEvent, LaneEnd)])
    func faults(_ before: [LaneEvent], _ fault: LaneEvent, _ end: LaneEnd) throws {
        var lane = try lane(after: before)
        #expect(try lane.handle(fault) == .finish(end))
        #expect(lane.state == .ended(end))
    }

    @Test("A stop lets the set under way be imported, and no other be asked")
    func stop() throws {
        var asking = try lane(after: [.started, .connected])
        #expect(try asking.handle(.stopRequested) == nil)
        #expect(try asking.handle(.answered(.open, set: 0)) == .importSet(0))
        #expect(try asking.handle(.imported) == .finish(.stopped(remainingFrom: 1)))

        var importing = try lane(after: Self.toFirstImport)
        #expect(try importing.handle(.stopRequested) == nil)
        #expect(try importing.handle(.imported) == .finish(.stopped(remainingFrom: 1)))
    }

    @Test("A stop during the last set leaves the lane done")
    func stopInLastSet() throws {
        var lane = try lane(after: Self.toFirstImport + [.imported, .answered(.open, set: 1)])
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
        #expect(try lane.handle(.answered(.open, set: 0)) == .importSet(0))
        var other = lane
        #expect(try lane.handle(.imported) == .finish(.failed(.paused, remainingFrom: 1)))
        #expect(try other.handle(.stopRequested) == nil)
        #expect(try other.handle(.paused) == nil)
        #expect(try other.handle(.imported) == .finish(.stopped(remainingFrom: 1)))
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

    private func lane(after events: [LaneEvent]) throws -> LaneMachine {
        var lane = LaneMachine(setCount: 2)
        for event in events { _ = try lane.handle(event) }
        return lane
    }
}
