#if SANITIZE_THREAD
    import Glibc

    /// A value behind a lock that ThreadSanitizer follows: it does not know how the standard library's mutex waits, and would
    /// call everything behind it a race.
    package final class Guarded<Value>: Sendable {
        // Reached only while the mutex is held.
        private nonisolated(unsafe) var value: Value
        private nonisolated(unsafe) let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

        package init(_ value: sending Value) {
            self.value = value
            pthread_mutex_init(mutex, nil)
        }

        deinit {
            pthread_mutex_destroy(mutex)
            mutex.deallocate()
        }

        package func withLock<Result, Failure: Error>(
            _ body: (inout Value) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            return try body(&value)
        }
    }
#else
    import Synchronization

    /// A value behind a lock.
    package struct Guarded<Value>: ~Copyable, Sendable {
        private let mutex: Mutex<Value>

        package init(_ value: sending Value) { mutex = Mutex(value) }

        package func withLock<Result, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            try mutex.withLock(body)
        }
    }
#endif
