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

    private struct Waiter {
        let descriptor: Int32
        let interest: Interest
        let deadline: ContinuousClock.Instant?
        let continuation: CheckedContinuation<Readiness, Never>
    }

    private struct State {
        var jobs: [UnownedJob] = []
        var waiters: [UInt64: Waiter] = [:]
        var lastID: UInt64 = 0
        var thread: pthread_t?
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
        let isOnLoop = state.withLock { state in
            state.jobs.append(job)
            return state.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false
        }
        if !isOnLoop { wake() }
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
                let waiter = Waiter(
                    descriptor: descriptor, interest: interest, deadline: deadline, continuation: continuation)
                // The flag is read under the lock: a cancellation that comes later finds the waiter in the table.
                let isCancelled = state.withLock { state in
                    if heedsCancellation && Task.isCancelled { return true }
                    state.waiters[id] = waiter
                    return false
                }
                if isCancelled { continuation.resume(returning: .cancelled) } else { wake() }
            }
        } onCancel: {
            guard heedsCancellation else { return }
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume(returning: .cancelled)
        }
    }

    /// Suspends for a time that the cooperative pool cannot delay; returns early when the task is cancelled.
    package func sleep(for duration: Duration) async -> Readiness {
        await wait(for: -1, [], until: .now + duration)
    }

    // MARK: The loop

    private func wake() {
        let isOnLoop = state.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
        if isOnLoop { return }
        var one: UInt64 = 1
        // A full counter (EAGAIN) means that a wake-up is pending already.
        _ = write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    private func run() {
        state.withLock { $0.thread = pthread_self() }
        var descriptors: [pollfd] = []
        var owners: [UInt64] = []
        while true {
            let jobs = state.withLock { state in
                let jobs = state.jobs
                state.jobs.removeAll(keepingCapacity: true)
                return jobs
            }
            for job in jobs {
                job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }

            descriptors.removeAll(keepingCapacity: true)
            owners.removeAll(keepingCapacity: true)
            descriptors.append(pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0))
            let timeout = state.withLock { state -> Int32 in
                var earliest: ContinuousClock.Instant?
                for (id, waiter) in state.waiters {
                    descriptors.append(pollfd(fd: waiter.descriptor, events: waiter.interest.rawValue, revents: 0))
                    owners.append(id)
                    if let deadline = waiter.deadline { earliest = min(deadline, earliest ?? deadline) }
                }
                return state.jobs.isEmpty ? Self.milliseconds(until: earliest) : 0
            }
            poll(&descriptors, nfds_t(descriptors.count), timeout)
            drainWakeUps(descriptors[0])
            resume(descriptors, owners)
        }
    }

    private func drainWakeUps(_ descriptor: pollfd) {
        guard descriptor.revents != 0 else { return }
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, MemoryLayout<UInt64>.size)
    }

    private func resume(_ descriptors: [pollfd], _ owners: [UInt64]) {
        let now = ContinuousClock.now
        let ended = state.withLock { state in
            var ended: [(CheckedContinuation<Readiness, Never>, Readiness)] = []
            for (index, id) in owners.enumerated() {
                guard let waiter = state.waiters[id] else { continue }
                // Hang-up, error and an invalid descriptor count as ready: the libpq call that follows names them.
                if descriptors[index + 1].revents != 0 {
                    ended.append((waiter.continuation, .ready))
                } else if let deadline = waiter.deadline, deadline <= now {
                    ended.append((waiter.continuation, .timedOut))
                } else {
                    continue
                }
                state.waiters[id] = nil
            }
            return ended
        }
        for (continuation, readiness) in ended { continuation.resume(returning: readiness) }
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
