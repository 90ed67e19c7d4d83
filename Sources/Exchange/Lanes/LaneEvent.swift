/// Something that happened to a lane.
package enum LaneEvent: Hashable, Sendable {
    /// The lane may begin.
    case started

    /// The source is connected, and speaks the contract.
    case connected
    case connectFailed(Outcome)

    /// The answer to a set arrived and was checked.
    case answered(Sharing, set: Int)
    case askFailed(Outcome)

    /// The set was imported, and the lane's cursor with it.
    case imported

    /// The own database did not take the import for another reason than the token.
    case importFailed(Outcome)

    /// An operator paused the source.
    case paused

    /// The worker shuts down. A second request means that there is no time left for what is under way.
    case stopRequested

    /// Somebody else has claimed the orders; nothing may be written any more.
    case tokenLost
}
