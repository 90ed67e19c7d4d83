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

    @Test("a place is given up while its source is waited for, and kept from the beginning of the answer on")
    func overdue() async {
        let gate = SetGate(places: 1, patience: .milliseconds(1), readingPatience: .seconds(600))
        let place = await gate.enter()
        await place.keep()
        let next = Task { await gate.enter() }
        while gate.waitingCount < 1 { await Task.yield() }
        await watch(place, for: .milliseconds(50))
        #expect(gate.waitingCount == 1, "the answer is still to be written")
        place.giveBack()
        let slow = await next.value
        let entering = Task { await gate.enter() }
        await watch(slow, until: entering)
        slow.giveBack()
        slow.giveBack()
        let last = Task { await gate.enter() }
        while gate.waitingCount < 1 { await Task.yield() }
        await entering.value.giveBack()
        await last.value.giveBack()
    }

    @Test(
        "an answer that comes late waits for a place before it is read, and no longer than for the first one that is free"
    )
    func late() async {
        let gate = SetGate(places: 1, patience: .milliseconds(1), readingPatience: .seconds(600))
        let slow = await gate.enter()
        let entering = Task { await gate.enter() }
        await watch(slow, until: entering)
        let next = Task { await gate.enter() }
        while gate.waitingCount < 1 { await Task.yield() }
        let answer = Task { await slow.keep() }
        while gate.waitingCount < 2 { await Task.yield() }
        #expect(slow.heldUp == .zero)
        await entering.value.giveBack()
        await answer.value
        #expect(slow.heldUp > .zero)
        #expect(gate.waitingCount == 1, "who has asked already goes first")
        await watch(slow, for: .milliseconds(50))
        #expect(gate.waitingCount == 1)
        slow.giveBack()
        await next.value.giveBack()
    }

    @Test("an answer that does not come to its end gives its place up for good")
    func stuck() async {
        let gate = SetGate(places: 1, patience: .milliseconds(1), readingPatience: .milliseconds(1))
        let stuck = await gate.enter()
        await stuck.keep()
        let entering = Task { await gate.enter() }
        await watch(stuck, until: entering)
        stuck.giveBack()
        let last = Task { await gate.enter() }
        while gate.waitingCount < 1 { await Task.yield() }
        await entering.value.giveBack()
        await last.value.giveBack()
    }

    private func watch(_ place: SetGate.Place, for time: Duration) async {
        let watching = Task { await place.giveUpWhenOverdue() }
        try? await Task.sleep(for: time)
        watching.cancel()
        await watching.value
    }

    private func watch(_ place: SetGate.Place, until entered: Task<SetGate.Place, Never>) async {
        let watching = Task { await place.giveUpWhenOverdue() }
        _ = await entered.value
        watching.cancel()
        await watching.value
    }
}
