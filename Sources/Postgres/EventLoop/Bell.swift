import CLibpq
import Glibc

/// Wakes tasks from any thread, a signal handler included, without a lock and without the cooperative pool.
///
/// Once rung it stays rung, for everybody who waits or will wait, until it is silenced.
package final class Bell: Sendable {
    private let descriptor = resutveksl_eventfd()

    package init() { precondition(descriptor >= 0, "eventfd: \(String(cString: strerror(errno)))") }

    deinit { close(descriptor) }

    package func ring() {
        var one: UInt64 = 1
        // A full counter (EAGAIN) means that it rings already.
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    package func silence() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }

    /// Suspends until it rings, the deadline has passed, or the task is cancelled.
    @discardableResult
    package func wait(
        until deadline: ContinuousClock.Instant? = nil, on loop: EventLoop = .shared
    ) async -> EventLoop.Readiness {
        await loop.wait(for: descriptor, .read, until: deadline)
    }
}
