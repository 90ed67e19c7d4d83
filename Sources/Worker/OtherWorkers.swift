import Exchange

/// Tells claims of workers that live from claims of workers that may have died, by whether their leases get longer.
///
/// A value: what the database says goes in, whether it is worth waiting comes out.
struct OtherWorkers {
    private var ends: [LeaseToken: ContinuousClock.Instant] = [:]
    private var living: Set<LeaseToken> = []

    /// Looks at the claims that are open now, with what is left of their leases.
    ///
    /// - Returns: whether one of them may have been left behind by a worker that died.
    mutating func mayHaveDied(_ claims: [LeaseToken: Duration], at now: ContinuousClock.Instant = .now) -> Bool {
        for (token, left) in claims {
            // A second for the difference between two clocks that are read one after the other.
            if let end = ends[token], now + left > end + .seconds(1) { living.insert(token) }
            ends[token] = ends[token] ?? now + left
        }
        return claims.keys.contains { !living.contains($0) }
    }
}
