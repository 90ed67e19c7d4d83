/// What a lane does next; ranges are places in its list of orders.
package enum LaneAction: Hashable, Sendable {
    /// Connect to the source and check its contract.
    case connect

    /// Ask the source about these persons.
    case ask(Range<Int>)

    /// Import the answer about these persons, and the lane's cursor with it.
    case importSet(Range<Int>)

    /// Note that the source cannot answer about this one person, and the lane's cursor with it.
    case setAside(Int)

    /// Close the connection, cancelling what is under way, and settle.
    case finish(LaneEnd)
}
