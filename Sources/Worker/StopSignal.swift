import Synchronization

/// Tells lanes and claims to end at the next boundary.
///
/// Once given it stays given.
package final class StopSignal: Sendable {
    private let given = Mutex(false)

    package init() {}

    package var isGiven: Bool { given.withLock { $0 } }

    package func give() { given.withLock { $0 = true } }
}
