import Exchange
import Postgres

/// The claims in work, and how long each may be taken for held without asking the database.
///
/// Counted on the worker's own clock from before the moment at which the database counted, so that it is never later than
/// the truth. It goes on while the process or the machine sleeps.
final class Leases: Sendable {
    private let ends = Guarded<[LeaseToken: ContinuousClock.Instant]>([:])
    private let lost = Guarded<Set<LeaseToken>>([])

    /// Claims of this process, those included whose leases ran out under it: it has been away, and is not dead.
    var mine: Set<LeaseToken> { tokens.union(lost.withLock { $0 }) }

    var tokens: Set<LeaseToken> { ends.withLock { Set($0.keys) } }

    /// Notes that a claim is held for `lease` from a moment before the database was asked.
    func hold(_ token: LeaseToken, until end: ContinuousClock.Instant) { ends.withLock { $0[token] = end } }

    /// The same for one that is still in work; one that has ended meanwhile stays ended.
    func prolong(_ token: LeaseToken, until end: ContinuousClock.Instant) {
        ends.withLock { if $0[token] != nil { $0[token] = end } }
    }

    func end(_ token: LeaseToken, isLost: Bool) {
        if isLost { lost.withLock { _ = $0.insert(token) } }
        ends.withLock { $0[token] = nil }
    }

    /// Whether nobody else can have the orders: a worker that was away too long must not even ask about them.
    func isHeld(_ token: LeaseToken, at now: ContinuousClock.Instant = .now) -> Bool {
        ends.withLock { $0[token].map { now < $0 } ?? false }
    }
}
