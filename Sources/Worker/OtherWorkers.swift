import Exchange

/// Tells claims of workers that live from claims of workers that may have died, by whether their leases get longer.
///
/// A value: what the database says goes in, whether it is worth waiting comes out. Only claims that were open at the first
/// look count: later ones are made by workers that live.
struct OtherWorkers {
    private var suspected: [LeaseToken: ContinuousClock.Instant]?

    /// Looks at the claims that are open now, with what is left of their leases.
    ///
    /// - Returns: whether one of them may have been left behind by a worker that died.
    mutating func mayHaveDied(_ claims: [LeaseToken: Duration], at now: ContinuousClock.Instant = .now) -> Bool {
        guard let known = suspected else {
            suspected = claims.mapValues { now + $0 }
            return !claims.isEmpty
        }
        // A second for the difference between two clocks that are read one after the other.
        let left = known.filter { token, end in claims[token].map { now + $0 <= end + .seconds(1) } ?? false }
        suspected = left
        return !left.isEmpty
    }
}
