import Exchange
import Testing

struct AnswerPaceTests {
    @Test(
        "Sets grow while answers come soon and are small, and shrink when one takes long or is large",
        arguments: [
            (.milliseconds(20), 0, [400, 500, 5_000]),
            (.milliseconds(250), 250, [500, 5_000, 9_000]),
            (.milliseconds(20), 251, [500, 1_000, 2_000]),
            (.milliseconds(20), 1_001, [900, 900]),
            (.milliseconds(251), 0, [900, 900]),
            (.milliseconds(1_001), 0, [1_400, 700, 500, 500]),
            (.milliseconds(20), 4_001, [1_400, 700, 500, 500]),
        ] as [(Duration, Int, [Int])])
    func sizes(_ time: Duration, _ resultCount: Int, _ sizes: [Int]) throws {
        var lane = LaneMachine(orderCount: 100_000, setSize: 9_000, first: sizes[0])
        _ = try lane.handle(.started)
        var action = try lane.handle(.connected)
        var seen: [Int] = []
        while seen.count < sizes.count, case .ask(let set) = action {
            seen.append(set.count)
            lane.note(AnswerPace(time: time, resultCount: resultCount))
            _ = try lane.handle(.answered(.open))
            action = try lane.handle(.imported)
        }
        #expect(seen == sizes)
    }

    @Test("The small rest of a lane says nothing about a whole set")
    func rest() throws {
        var lane = LaneMachine(orderCount: 3, setSize: 5_000, first: 500)
        for event in [LaneEvent.started, .connected] { _ = try lane.handle(event) }
        lane.note(AnswerPace(time: .milliseconds(1), resultCount: 0))
        _ = try lane.handle(.answered(.open))
        #expect(lane.nextSize == 500)
    }

    @Test(
        "A lane begins as the lanes before it have found to suit the source",
        arguments: [(700, 700), (9_000, 5_000), (0, 1)])
    func begin(_ known: Int, _ asked: Int) throws {
        var lane = LaneMachine(orderCount: 100_000, setSize: 5_000, first: 500)
        _ = try lane.handle(.started)
        lane.begin(with: known)
        #expect(try lane.handle(.connected) == .ask(0..<asked))
    }

    @Test("The largest set is never exceeded, and a slow source is still asked")
    func bounds() throws {
        #expect(LaneMachine(orderCount: 10, setSize: 100, first: 500).nextSize == 100)
        var lane = LaneMachine(orderCount: 10, setSize: 1)
        for event in [LaneEvent.started, .connected] { _ = try lane.handle(event) }
        lane.note(AnswerPace(time: .seconds(9), resultCount: 0))
        _ = try lane.handle(.answered(.open))
        #expect(lane.nextSize == 1)
    }
}
