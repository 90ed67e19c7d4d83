import Testing

@testable import Worker

/// How many sets of a large run are in work at once.
@Suite struct SetGateTests {
    @Test("whoever finds no place waits until one is given back")
    func waits() async {
        let gate = SetGate(places: 2)
        let first = await gate.enter()
        let second = await gate.enter()
        let third = Task { await gate.enter() }
        let hasEntered = Task {
            _ = await third.value
            return true
        }
        try? await Task.sleep(for: .milliseconds(50))
        #expect(gate.waitingCount == 1)
        first.giveBack()
        #expect(await hasEntered.value)
        second.giveBack()
        await third.value.giveBack()
    }

    @Test("a place that is given back twice lets one in")
    func twice() async {
        let gate = SetGate(places: 1)
        let place = await gate.enter()
        let (second, third) = (Task { await gate.enter() }, Task { await gate.enter() })
        while gate.waitingCount < 2 { await Task.yield() }
        place.giveBack()
        place.giveBack()
        #expect(gate.waitingCount == 1)
        let next = Task { await second.value.giveBack() }
        await third.value.giveBack()
        await next.value
        await second.value.giveBack()
        await gate.enter().giveBack()
    }

    @Test("a place is given up when its time is over, and kept when the question was answered before")
    func overdue() async {
        let gate = SetGate(places: 1)
        let answered = await gate.enter()
        let watching = Task { await answered.giveBack(after: .seconds(600)) }
        watching.cancel()
        await watching.value
        let next = Task { await gate.enter() }
        while gate.waitingCount < 1 { await Task.yield() }
        #expect(gate.waitingCount == 1, "the answer is still to be written")
        await answered.giveBack(after: .milliseconds(1))
        await next.value.giveBack()
    }
}
