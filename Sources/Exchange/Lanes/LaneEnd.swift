/// How a lane ended, and from which place in its list on its orders still have to be settled.
package enum LaneEnd: Hashable, Sendable {
    /// Every order was asked about and imported.
    case done

    /// The source does not share (`.reserved` or `.notOpen`).
    case sharingClosed(Sharing, remainingFrom: Int)

    /// Something went wrong, or the source was paused; the outcome is one that is retried.
    case failed(Outcome, remainingFrom: Int)

    /// The worker shuts down.
    case stopped(remainingFrom: Int)

    /// The orders are somebody else's now, and so is settling them.
    case tokenLost

    /// Whether nothing of the lane is left for this claim: what it could not ask is due another day.
    package var isFinal: Bool {
        switch self {
        case .done, .sharingClosed, .failed: true
        case .stopped, .tokenLost: false
        }
    }

    /// The first order that was not imported; `nil` if none is left to this lane.
    package var remainingFrom: Int? {
        switch self {
        case .done, .tokenLost: nil
        case .sharingClosed(_, let place), .failed(_, let place), .stopped(let place): place
        }
    }

    /// The outcome of the orders that remain; `nil` if none is left to this lane.
    package var outcomeOfRemaining: Outcome? {
        switch self {
        case .done, .tokenLost: nil
        case .sharingClosed(let sharing, _): sharing.outcome
        case .failed(let outcome, _): outcome
        case .stopped: .pending
        }
    }
}
