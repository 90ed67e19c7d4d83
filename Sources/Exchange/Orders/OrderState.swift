/// How far an order has come; the raw values are those of the column.
package enum OrderState: String, Hashable, Sendable, CaseIterable {
    /// Placed, and not taken by any worker yet.
    case ordered

    /// Taken by a worker, which holds a lease on it.
    case fetching

    /// Some source could not be asked; due again at the same time the next day.
    case awaitingRetry = "awaiting_retry"

    /// Kept from workers, by hand or because it killed several of them; says why.
    case held

    /// Every source has answered, or has been given up.
    case completed

    /// The person did not consent.
    case refused

    /// Taken back by whoever placed it, or by an operator.
    case cancelled

    /// Whether something is still to be done.
    package var isOpen: Bool {
        switch self {
        case .ordered, .fetching, .awaitingRetry, .held: true
        case .completed, .refused, .cancelled: false
        }
    }

    /// The states that may follow this one.
    ///
    /// A leased order (`fetching`) changes only through its worker, which settles it or hands it back. Every other state may
    /// be put back to `ordered`: that is how an operator queues it again, also after a cancellation by mistake.
    package var successors: Set<OrderState> {
        switch self {
        case .ordered: [.fetching, .held, .refused, .cancelled]
        case .fetching: [.ordered, .awaitingRetry, .held, .completed, .refused]
        case .awaitingRetry: [.ordered, .fetching, .held, .refused, .cancelled]
        case .held: [.ordered, .awaitingRetry, .cancelled]
        case .completed, .refused, .cancelled: [.ordered]
        }
    }

    /// Whether an order in this state may go over into another; staying where it is, is no transition.
    package func mayBecome(_ next: OrderState) -> Bool {
        successors.contains(next)
    }
}
