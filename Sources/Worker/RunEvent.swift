package import Exchange

/// What a run tells while it goes on, for a progress bar or plain lines.
package enum RunEvent: Sendable {
    case swept(claims: Int)
    case claimed(orders: Int, lanes: Int)
    /// A set of a lane was asked about and written.
    case set(InstitutionNumber, orders: Int, rows: Int)
    case laneEnded(LaneReport)
    case settled(orders: Int)
}
