import Exchange
import Testing

struct LaneMachineErrorTests {
    static let everyEvent: [LaneEvent] = [
        .started, .connected, .connectFailed(.unreachable), .answered(.open), .answered(.reserved),
        .askFailed(.timedOut), .answerFailed(.failed), .imported, .importFailed(.failed), .paused, .putOff,
        .stopRequested,
        .tokenLost,
    ]

    @Test(
        "An event that cannot happen in a state is an error, and changes nothing",
        arguments: [
            (
                [],
                [
                    .connected, .connectFailed(.denied), .answered(.open), .askFailed(.failed), .answerFailed(.failed),
                    .imported,
                ]
            ),
            ([.started], [.started, .answered(.open), .askFailed(.failed), .imported, .importFailed(.failed)]),
            ([.started, .connected], [.started, .connected, .connectFailed(.denied), .imported]),
            (
                [.started, .connected, .answered(.open)],
                [.started, .connected, .askFailed(.failed), .answerFailed(.failed), .answered(.open)]
            ),
            (
                [.started, .connected, .answerFailed(.failed), .answerFailed(.failed)],
                [.started, .connected, .askFailed(.failed), .answerFailed(.failed), .answered(.open)]
            ),
        ] as [([LaneEvent], [LaneEvent])])
    func impossible(_ before: [LaneEvent], _ events: [LaneEvent]) throws {
        var lane = LaneMachine(orderCount: 2, setSize: 2)
        for event in before { _ = try lane.handle(event) }
        let unchanged = lane
        for event in events {
            #expect(throws: LaneMachineError(event: event, state: unchanged.state)) { try lane.handle(event) }
            #expect(lane == unchanged)
        }
    }

    @Test("A fault must have an outcome that is retried", arguments: Outcome.allCases)
    func faultyFaults(_ outcome: Outcome) throws {
        var connecting = LaneMachine(orderCount: 1, setSize: 1)
        _ = try connecting.handle(.started)
        var asking = connecting
        _ = try asking.handle(.connected)
        if outcome.isRetried {
            #expect(try connecting.handle(.connectFailed(outcome)) == .finish(.failed(outcome, remainingFrom: 0)))
            #expect(try asking.handle(.answerFailed(outcome)) == .setAside(0))
        } else {
            #expect(throws: LaneMachineError.self) { try connecting.handle(.connectFailed(outcome)) }
            #expect(throws: LaneMachineError.self) { try asking.handle(.answerFailed(outcome)) }
        }
    }

    @Test("After the end, what crossed it on the way is nothing to do, and the rest is an error")
    func afterEnd() throws {
        var lane = LaneMachine(orderCount: 0, setSize: 1)
        _ = try lane.handle(.started)
        for event in Self.everyEvent {
            switch event {
            case .stopRequested, .paused, .tokenLost: #expect(try lane.handle(event) == nil)
            default: #expect(throws: LaneMachineError.self) { try lane.handle(event) }
            }
        }
        #expect(lane.state == .ended(.done))
    }

    @Test("Whatever happens, a lane only goes forward, ends once, and leaves no order behind unsettled")
    func anyOrder() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<2_000 {
            let orderCount = Int.random(in: 0...9, using: &generator)
            var lane = LaneMachine(orderCount: orderCount, setSize: Int.random(in: 1...4, using: &generator))
            var settled = 0
            var ends: [LaneEnd] = []
            for _ in 0..<60 {
                guard let event = Self.everyEvent.randomElement(using: &generator) else { continue }
                let before = lane.state
                guard let action = try? lane.handle(event) else { continue }
                switch (before, event) {
                case (.importing(let set, _), .imported):
                    #expect(set.lowerBound == settled)
                    settled = set.upperBound
                case (.settingAside(let order, _), .imported):
                    #expect(order == settled)
                    settled = order + 1
                default: break
                }
                if case .ask(let set) = action { #expect(set.lowerBound == settled && !set.isEmpty) }
                if case .finish(let end) = action { ends.append(end) }
            }
            #expect(ends.count <= 1)
            if let left = ends.first?.remainingFrom { #expect(left == settled) }
            if ends.first == .done { #expect(settled == orderCount) }
        }
    }
}
