import CLibpq
import Glibc

/// One thread that waits for sockets and runs the connections that own them.
///
/// It is the executor of every `Connection`, so that libpq's calls for fifty sources happen on one thread, wake-ups come
/// in batches, and neither the cooperative pool nor a thread per connection is ever parked in a wait. Nothing that
/// computes for long belongs on it: rows are decoded, checked and written by the tasks that asked for them.
///
/// Swift resumes a task on the cooperative pool even when the actor it continues on runs here. A task that must go on while
/// the pool is busy (a heartbeat) is started with this loop as its preferred executor.
package final class EventLoop: SerialExecutor, TaskExecutor {
    /// The loop of the process.
    ///
    /// One is enough: its work per wake-up is a few microseconds a connection.
    package static let shared = EventLoop()

    /// Why a wait ended.
    package enum Readiness: Sendable {
        case ready
        case timedOut
        case cancelled
    }

    /// What a waiter wants to know about its descriptor.
    package struct Interest: OptionSet, Sendable {
        package let rawValue: Int16
        package init(rawValue: Int16) { self.rawValue = rawValue }
        package static let read = Interest(rawValue: Int16(POLLIN))
        package static let write = Interest(rawValue: Int16(POLLOUT))
    }

    private struct State {
        var jobs: [UnownedJob] = []
        /// Waiters for a descriptor, and those who only wait for a time: these have no place in what poll(2) looks at, which
        /// is limited.
        var watchers = Waiters()
        var sleepers = Waiters()
        var lastID: UInt64 = 0
        var thread: pthread_t?
        /// Whether the thread is about to wait, or waits, and nobody has woken it yet.
        var isWaiting = false

        /// To be called for whatever the thread must not sleep through.
        ///
        /// - Returns: whether it is to be woken.
        mutating func mustWake() -> Bool {
            defer { isWaiting = false }
            return isWaiting
        }
    }

    private let state = Guarded(State())
    private let wakeDescriptor: Int32

    package init() {
        wakeDescriptor = resutveksl_eventfd()
        precondition(wakeDescriptor >= 0, "eventfd: \(String(cString: strerror(errno)))")
        let started = DetachedThread.start(name: "pg-loop") { [self] in run() }
        precondition(started, "no thread for the event loop")
    }

    // MARK: Executor

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustWake = state.withLock { state in
            state.jobs.append(job)
            return state.mustWake()
        }
        if mustWake { wake() }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        let isOnLoop = state.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
        precondition(isOnLoop, "not on the event loop")
    }

    // MARK: Waiting

    /// Suspends until the descriptor is ready, the deadline has passed, or the task is cancelled.
    ///
    /// - Parameter heedsCancellation: `false` while a connection is being tidied up after a cancellation, when the
    ///   task's flag is set already and would end every further wait at once.
    package func wait(
        for descriptor: Int32, _ interest: Interest, until deadline: ContinuousClock.Instant?,
        heedsCancellation: Bool = true
    ) async -> Readiness {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // The flag is read under the lock: a cancellation that comes later finds the waiter in the table.
                let (isCancelled, mustWake) = state.withLock { state in
                    if heedsCancellation && Task.isCancelled { return (true, false) }
                    if descriptor >= 0 {
                        state.watchers.add(id, descriptor, interest, until: deadline, continuation)
                    } else {
                        state.sleepers.add(id, descriptor, interest, until: deadline, continuation)
                    }
                    return (false, state.mustWake())
                }
                if isCancelled { continuation.resume(returning: .cancelled) }
                if mustWake { wake() }
            }
        } onCancel: {
            guard heedsCancellation else { return }
            let waiter = state.withLock { state in
                descriptor >= 0 ? state.watchers.remove(id, near: nil) : state.sleepers.remove(id, near: nil)
            }
            waiter?.resume(returning: .cancelled)
        }
    }

    /// Suspends for a time that the cooperative pool cannot delay; returns early when the task is cancelled.
    package func sleep(for duration: Duration) async -> Readiness {
        await wait(for: -1, [], until: .now + duration)
    }

    // MARK: The loop

    private func wake() {
        var one: UInt64 = 1
        // A full counter (EAGAIN) means that a wake-up is pending already.
        _ = write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    private func run() {
        state.withLock { $0.thread = pthread_self() }
        var jobs: [UnownedJob] = []
        var descriptors: [pollfd] = []
        var ids: [UInt64] = []
        while true {
            state.withLock { swap(&$0.jobs, &jobs) }
            for job in jobs {
                job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
            jobs.removeAll(keepingCapacity: true)

            descriptors.removeAll(keepingCapacity: true)
            ids.removeAll(keepingCapacity: true)
            descriptors.append(pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0))
            let (mayWait, earliest) = state.withLock { state -> (Bool, ContinuousClock.Instant?) in
                descriptors.append(contentsOf: state.watchers.descriptors)
                ids.append(contentsOf: state.watchers.ids)
                state.isWaiting = state.jobs.isEmpty
                return (state.isWaiting, Self.earlier(state.watchers.earliest, state.sleepers.earliest))
            }
            let count = poll(
                &descriptors, nfds_t(descriptors.count), mayWait ? Self.milliseconds(until: earliest) : 0)
            // More descriptors than the process may have open: going on would mean to be deaf.
            precondition(count >= 0 || errno == EINTR, "poll: \(String(cString: strerror(errno)))")
            drainWakeUps(descriptors[0])
            resume(descriptors, ids, earliest)
        }
    }

    private func drainWakeUps(_ descriptor: pollfd) {
        guard descriptor.revents != 0 else { return }
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, MemoryLayout<UInt64>.size)
    }

    private func resume(_ descriptors: [pollfd], _ ids: [UInt64], _ earliest: ContinuousClock.Instant?) {
        let now = ContinuousClock.now
        typealias Continuations = [CheckedContinuation<Readiness, Never>]
        let (ready, late) = state.withLock { state -> (Continuations, Continuations) in
            state.isWaiting = false
            var ready: Continuations = []
            // From behind, so that the places before are still right.
            for place in ids.indices.reversed() where descriptors[place + 1].revents != 0 {
                // Hang-up, error and an invalid descriptor count as ready: the libpq call that follows names them.
                if let waiter = state.watchers.remove(ids[place], near: place) { ready.append(waiter) }
            }
            guard let earliest, earliest <= now else { return (ready, []) }
            return (ready, state.watchers.removeLate(now) + state.sleepers.removeLate(now))
        }
        for continuation in ready.reversed() { continuation.resume(returning: .ready) }
        for continuation in late { continuation.resume(returning: .timedOut) }
    }

    private static func earlier(_ one: ContinuousClock.Instant?, _ other: ContinuousClock.Instant?)
        -> ContinuousClock.Instant?
    {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }

    private static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let left = ContinuousClock.now.duration(to: deadline)
        if left <= .zero { return 0 }
        let (seconds, attoseconds) = left.components
        // Rounded up, so that the wake-up never comes a moment before the deadline and spins.
        return Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}
