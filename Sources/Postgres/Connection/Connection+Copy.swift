import CLibpq

extension Connection {
    /// Streams data to a `COPY … FROM STDIN` statement.
    ///
    /// - Returns: the number of rows that the server took.
    func copyIn(
        _ statement: Statement, _ data: CopyData, timeout: Duration?, transaction: UInt64?
    ) async throws(PostgresError) -> Int {
        try enter(transaction)
        defer { leave() }
        let deadline = ContinuousClock.now + (timeout ?? options.statementTimeout)
        try send { PQsendQuery($0, statement.sql) }
        _ = try await results(phase: .copy, until: deadline)
        do throws(Interruption) {
            try await put(data, until: deadline)
        } catch {
            // In the middle of a copy there is nothing to go back to: the session is given up, the server rolls back.
            let failed: PostgresError =
                switch error {
                case .failed(let error): error
                case .timedOut: failure(.timedOut, .copy, "the server did not take the data in time")
                case .cancelled: failure(.cancelled, .copy, "cancelled while copying")
                case .tooLarge: failure(.tooLarge, .copy, "the server answered a copy with too much")
                }
            close()
            throw failed
        }
        return try await lastResult(phase: .copy, until: deadline).affected
    }

    private func put(_ data: CopyData, until deadline: ContinuousClock.Instant) async throws(Interruption) {
        // Pieces of a size that libpq sends without growing its buffer to the whole of a large set.
        let pieceSize = 128 * 1024
        var start = 0
        while start < data.bytes.count {
            let end = min(start + pieceSize, data.bytes.count)
            try await untilTaken(deadline) { pointer in
                data.bytes.withUnsafeBytes { bytes in
                    let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                    return PQputCopyData(
                        pointer, piece.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(piece.count))
                }
            }
            start = end
        }
        try await untilTaken(deadline) { PQputCopyEnd($0, nil) }
    }

    private func untilTaken(
        _ deadline: ContinuousClock.Instant, _ call: (OpaquePointer) -> Int32
    ) async throws(Interruption) {
        while true {
            let pointer: OpaquePointer
            do throws(PostgresError) { pointer = try self.pointer() } catch { throw .failed(error) }
            switch call(pointer) {
            case 1:
                return try await flush(.copy, until: deadline)
            case 0:
                try await wait(.write, until: deadline)
            default:
                throw .failed(lost(.copy))
            }
        }
    }
}
