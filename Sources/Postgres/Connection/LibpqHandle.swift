import CLibpq

/// Owns a `PGconn`, and what its callbacks point to, until the last reference is gone.
final class LibpqHandle: Sendable {
    // Only the actor that holds the handle calls libpq with it, one call at a time; the pointer itself never changes.
    nonisolated(unsafe) let pointer: OpaquePointer
    private let notices: NoticeSink

    init(_ pointer: OpaquePointer, notices: NoticeSink) {
        self.pointer = pointer
        self.notices = notices
        notices.attach(to: pointer)
    }

    deinit { PQfinish(pointer) }
}

/// What libpq needs to cancel a statement of a connection, usable from any thread.
struct CancelRequest: Sendable {
    // PQgetCancel makes a copy that is independent of the connection, made to be used from another thread.
    private nonisolated(unsafe) let pointer: OpaquePointer?

    init(_ connection: OpaquePointer) { pointer = PQgetCancel(connection) }

    /// Blocks until the server has taken the request and closed the line; call it once.
    func send() -> Bool {
        guard let pointer else { return false }
        defer { PQfreeCancel(pointer) }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            PQcancel(pointer, buffer.baseAddress, Int32(buffer.count)) == 1
        }
    }
}
