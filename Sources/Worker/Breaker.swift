import Exchange

/// Whether a source that failed is left alone, so that a dead one costs a deadline now and then and not one for every claim.
///
/// A value without a clock of its own. The next question after the rest is the probe: it closes the breaker, or opens it again.
struct Breaker: Sendable {
    private enum State {
        case closed
        /// Without a moment it stays open for the rest of the run.
        case open(Fault, until: ContinuousClock.Instant?)
    }

    private var state = State.closed
    /// How long a source rests; nil for the rest of the run.
    private let rest: Duration?

    init(rest: Duration?) { self.rest = rest }

    mutating func open(_ fault: Fault, at now: ContinuousClock.Instant = .now) {
        state = .open(fault, until: rest.map { now + $0 })
    }

    mutating func close() { state = .closed }

    /// Why the source is not to be asked; nil when it may be.
    func fault(at now: ContinuousClock.Instant = .now) -> Fault? {
        switch state {
        case .closed: nil
        case .open(let fault, nil): fault
        case .open(let fault, let end?): now < end ? fault : nil
        }
    }
}
