import CLibpq

/// Counts the bytes of an answer while libpq reads them, because libpq itself does not tell and keeps them all in memory.
struct AnswerMeter {
    private let limit: Int?
    private var descriptor: Int32 = -1
    private var start: Int64 = -1
    private var read: Int64 = 0
    private var pending: Int64 = 0

    init(limit: Int?) { self.limit = limit }

    /// Begins to count, when a statement is sent.
    mutating func begin(_ descriptor: Int32) {
        guard limit != nil else { return }
        self.descriptor = descriptor
        start = resutveksl_tcp_received(descriptor)
        read = 0
    }

    mutating func willRead() {
        if limit != nil, start < 0 { pending = Int64(resutveksl_pending(descriptor)) }
    }

    /// For a local socket, whose bytes the kernel does not count: what has gone out of its queue, and at least the 8 KiB of
    /// free buffer that libpq always reads into (`pqReadData` in its fe-misc.c).
    mutating func didRead() {
        if limit != nil, start < 0 {
            read += max(pending - Int64(resutveksl_pending(descriptor)), min(pending, 8192))
        }
    }

    var isOver: Bool {
        guard let limit else { return false }
        return (start < 0 ? read : resutveksl_tcp_received(descriptor) - start) > Int64(limit)
    }
}
