/// What a lane does next.
package enum LaneAction: Hashable, Sendable {
    /// Connect to the source and check its contract.
    case connect

    /// Ask the source about the persons of this set.
    case ask(set: Int)

    /// Import the answer to this set, and the lane's cursor with it.
    case importSet(Int)

    /// Close the connection, cancelling what is under way, and settle.
    case finish(LaneEnd)
}
