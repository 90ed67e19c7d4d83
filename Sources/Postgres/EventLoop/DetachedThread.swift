import CLibpq
import Glibc

/// Calls that block and cannot be interrupted (`getaddrinfo`, `PQcancel`), each on an operating-system thread of its own.
package enum DetachedThread {
    /// Threads that may be stuck at the same time; beyond it a call is refused at once instead of piling up.
    static let limit = 64

    private static let running = Guarded(0)

    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts `body` on a thread that nobody joins.
    ///
    /// - Returns: `false` when the operating system has no thread to give; `body` is then never called.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        let box = Unmanaged.passRetained(
            Box {
                resutveksl_name_thread(name)
                body()
            })
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            box.release()
            return false
        }
        return true
    }

    /// Runs a blocking call and waits for its value until the deadline.
    ///
    /// The call itself cannot be stopped: after the deadline its thread ends whenever the operating system lets it, and
    /// its value is dropped.
    ///
    /// - Returns: nil when the deadline passed, the task was cancelled, or no thread was free.
    static func value<Value: Sendable>(
        name: String, until deadline: ContinuousClock.Instant, on loop: EventLoop, heedsCancellation: Bool = true,
        of body: @escaping @Sendable () -> Value
    ) async -> Value? {
        let mayStart = running.withLock { running in
            guard running < limit else { return false }
            running += 1
            return true
        }
        guard mayStart else { return nil }
        let handover = Handover<Value>()
        let started = start(name: name) {
            handover.finish(body())
            running.withLock { $0 -= 1 }
        }
        guard started else {
            running.withLock { $0 -= 1 }
            return nil
        }
        return await handover.value(until: deadline, on: loop, heedsCancellation: heedsCancellation)
    }

    /// A value on its way from a thread to a task, with a descriptor that the loop can wait for.
    private final class Handover<Value: Sendable>: Sendable {
        private let stored = Guarded<Value?>(nil)
        private let descriptor = resutveksl_eventfd()

        deinit { close(descriptor) }

        func finish(_ value: Value) {
            stored.withLock { $0 = value }
            var one: UInt64 = 1
            _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
        }

        func value(until deadline: ContinuousClock.Instant, on loop: EventLoop, heedsCancellation: Bool) async -> Value?
        {
            _ = await loop.wait(for: descriptor, .read, until: deadline, heedsCancellation: heedsCancellation)
            return stored.withLock { $0 }
        }
    }
}
