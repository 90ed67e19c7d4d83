/// Something that happened to a lane.
package enum LaneEvent: Hashable, Sendable {
    /// The lane may begin.
    case started

    /// The source is connected, and speaks the contract.
    case connected
    case connectFailed(Outcome)

    /// The answer to what was asked last arrived and was checked.
    case answered(Sharing)
    case askFailed(Outcome)

    /// The source could not answer for a reason that may lie with one of the persons: its own data, or too much of it.
    ///
    /// The outcome is what becomes of the rest if it turns out that the source can answer about nobody.
    case answerFailed(Outcome)

    /// The answer was imported, or the person set aside, and the lane's cursor with it.
    case imported

    /// The own database did not take the import for another reason than the token.
    case importFailed(Outcome)

    /// An operator paused the source.
    case paused

    /// The source cannot be asked now for a reason that is the worker's own; what is left is for the next claim.
    case putOff

    /// The worker shuts down. A second request means that there is no time left for what is under way.
    case stopRequested

    /// Somebody else has claimed the orders; nothing may be written any more.
    case tokenLost
}
