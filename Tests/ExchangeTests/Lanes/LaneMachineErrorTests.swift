import Exchange
import Testing

struct LaneMachineErrorTests {
    static let everyEvent: [LaneEvent] = [
        .started, .connected, .connectFailed(.unreachable), .answered(.open, set: 0), .answered(.reserved, set: 0),
        .answered(.open, set: 1), .askFailed(.timedOut), .imported, .importFailed(.failed), .paused, .stopRequested,
        .tokenLost,
    ]

    @Test(
        "An event that cannot happen in a state is an error, and changes nothing",
        arguments: [
            ([], [.connected, .connectFailed(.denied), .answered(.open, set: 0), .askFailed(.failed), .imported]),
            ([.started], [.started, .answered(.open, set: 0), .askFailed(.failed), .imported, .importFailed(.failed)]),
            (
                [.started, .connected],
                [.started, .connected, .connectFailed(.denied), .imported, .answered(.open, set: 1)]
            ),
            (
                [.started, .connected, .answered(.open, set: 0)],
                [.started, .connected, .askFailed(.failed), .answered(.open, set: 0)]
            ),
        ] as [([LaneEvent], [LaneEvent])])
    func impossible(_ before: [LaneEvent], _ events: [LaneEvent]) throws {
        var lane = LaneMachine(setCount: 2)
        for event in before { _ = try lane.handle(event) }
        let unchanged = lane
        for event in events {
            #expect(throws: LaneMachineError(event: event, state: unchanged.state)) { try lane.handle(event) }
            #expect(lane == unchanged)
        }
    }

    @Test("A fault must have an outcome that is retried", arguments: Outcome.allCases)
    func faultyFaults(_ outcome: Outcome) throws {
        var connecting = LaneMachine(setCount: 1)
        _ = try connecting.handle(.started)
        if outcome.isRetried {
            #expect(try connecting.handle(.connectFailed(outcome)) == .finish(.failed(outcome, remainingFrom: 0)))
        } else {
            #expect(throws: LaneMachineError.self) { try connecting.handle(.connectFailed(outcome)) }
        }
    }

    @Test("After the end, what crossed it on the way is nothing to do, and the rest is an error")
    func afterEnd() throws {
        var lane = LaneMachine(setCount: 0)
        _ = try lane.handle(.started)
        for event in Self.everyEvent {
            switch event {
            case .stopRequested, .paused, .tokenLost: #expect(try lane.handle(event) == nil)
            default: #expect(throws: LaneMachineError.self) { try lane.handle(event) }
            }
        }
        #expect(lane.state == .ended(.done))
    }

    @Test("Whatever happens, a lane only goes forward, ends once, and leaves no set behind unsettled")
    func anyOrder() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<2_000 {
            let setCount = Int.random(in: 0...4, using: &generator)
            var lane = LaneMachine(setCount: setCount)
            var imported = 0
            var ends: [LaneEnd] = []
            for _ in 0..<40 {
                guard let event = Self.everyEvent.randomElement(using: &generator) else { continue }
                let before = lane.state
                guard let action = try? lane.handle(event) else { continue }
                if case .importing(let set, _) = before, event == .imported {
                    #expect(set == imported)
                    imported += 1
                }
                if case .finish(let end) = action { ends.append(end) }
            }
            #expect(ends.count <= 1)
            if let left = ends.first?.remainingFrom { #expect(left == imported) }
            if ends.first == .done { #expect(imported == setCount) }
        }
    }
}
