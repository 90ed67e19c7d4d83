import CLibpq

/// What another session said with NOTIFY.
package struct Notification: Sendable, Equatable {
    package let channel: String
    package let payload: String
}

extension Connection {
    /// Subscribes the session to a channel.
    package func listen(to channel: String) async throws(PostgresError) {
        let quoted = "\"" + channel.replacing("\"", with: "\"\"") + "\""
        _ = try await query(Statement("LISTEN \(quoted)"), [], timeout: nil, transaction: nil)
    }

    /// Waits for the next notification; nil when none came before the deadline.
    package func nextNotification(
        until deadline: ContinuousClock.Instant
    ) async throws(PostgresError) -> Notification? {
        try enter(nil)
        defer { leave() }
        while true {
            let pointer = try pointer()
            if let raw = PQnotifies(pointer) {
                defer { PQfreemem(raw) }
                return Notification(
                    channel: String(cString: raw.pointee.relname),
                    payload: raw.pointee.extra.map { String(cString: $0) } ?? "")
            }
            do throws(Interruption) {
                try await wait(.read, until: deadline)
            } catch {
                if case .cancelled = error { throw failure(.cancelled, .listen, "cancelled while listening") }
                return nil
            }
            if PQconsumeInput(pointer) == 0 { throw lost(.listen) }
        }
    }
}
