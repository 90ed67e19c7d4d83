/// An event came that cannot happen in the lane's state: a mistake in what drives the lane, not in the source.
package struct LaneMachineError: Error, Hashable, Sendable, CustomStringConvertible {
    package let event: LaneEvent
    package let state: LaneMachine.State

    package init(event: LaneEvent, state: LaneMachine.State) {
        self.event = event
        self.state = state
    }

    package var description: String {
        "A lane got the event \(event), which cannot happen while it is \(state). This is a mistake in the worker."
    }
}
