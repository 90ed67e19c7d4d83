/// What went wrong with a PostgreSQL server, and where.
///
/// The three families decide what a caller does: trouble on the way (try again), a server's refusal with its SQLSTATE
/// (depends on the state), and data that is not what was expected (report it). Texts from a server are kept, as
/// libpq users know them, except that its DETAIL is never read and runs of eleven digits are masked: both may carry
/// what a row held.
package struct PostgresError: Error, Sendable {
    package enum Code: String, Sendable {
        /// The connection string cannot be used: malformed, a password in it, an unknown service.
        case configuration
        /// A host name has no address.
        case hostUnknown
        /// No connection: refused, no route, TLS not accepted, closed during the handshake.
        case connectFailed
        /// The server wants a password, and neither the password file nor the service file has one.
        case passwordMissing
        /// A deadline passed. The phase says which.
        case timedOut
        /// The server answered with an error; `sqlState` says which.
        case server
        /// An established connection broke.
        case connectionLost
        /// The task was cancelled while it waited.
        case cancelled
        /// A second task used the connection while it was busy, or used it outside its open transaction.
        case inUse
        /// The connection is closed.
        case closed
        /// The answer is larger than the limit that was set for it; it was not read to its end.
        case tooLarge
        /// A value is not of the type that was asked for.
        case decoding
    }

    package enum Phase: String, Sendable {
        case configure
        case resolve
        case connect
        case tls
        case authenticate
        case query
        case copy
        case listen
    }

    package let code: Code
    package let phase: Phase
    /// Five characters, PostgreSQL documentation appendix A.
    package let sqlState: String?
    /// `ERROR`, `FATAL` or `PANIC`.
    package let severity: String?
    /// The operating system's or the resolver's word where no server spoke: `ECONNREFUSED`, `EAI_NONAME`.
    package let errno: String?
    package let message: String
    package let host: String?
    package let database: String?
    /// The name of the constraint that refused a row.
    package let constraint: String?

    package init(
        _ code: Code, phase: Phase, message: String, sqlState: String? = nil, severity: String? = nil,
        host: String? = nil, database: String? = nil, constraint: String? = nil, errno: String? = nil
    ) {
        self.code = code
        self.phase = phase
        self.message = message.onOneLine().maskingPersonNumbers()
        self.sqlState = sqlState
        self.severity = severity
        self.host = host
        self.database = database
        self.constraint = constraint
        self.errno = errno
    }

    /// Whether the SQLSTATE begins with a class or equals a state: `isServer("23")`, `isServer("42883")`.
    package func isServer(_ prefix: String) -> Bool {
        code == .server && sqlState?.hasPrefix(prefix) == true
    }
}

extension PostgresError: CustomStringConvertible {
    package var description: String {
        var text = message
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let errno { text += " (\(errno))" }
        let place = [database.map { "database \($0)" }, host.map { "at \($0)" }].compactMap { $0 }
        return text + " [" + ([phase.rawValue] + place).joined(separator: " ") + "]"
    }
}

extension String {
    /// libpq and servers break and indent their texts; in tables and log lines that would look like the next entry.
    fileprivate func onOneLine() -> String {
        split(whereSeparator: { $0.isNewline || $0 == "\t" }).joined(separator: " ")
    }

    /// Masks the last five of every run of exactly eleven digits, also when it is written as six and five.
    ///
    /// The last line of defence: a server quotes values in some messages (`invalid input syntax for type date: "…"`).
    package func maskingPersonNumbers() -> String {
        var bytes = Array(utf8)
        func isDigit(_ index: Int) -> Bool { bytes.indices.contains(index) && (48...57).contains(bytes[index]) }
        var start = 0
        while start < bytes.count {
            guard isDigit(start) else {
                start += 1
                continue
            }
            var end = start
            while isDigit(end) { end += 1 }
            if end - start == 6, end < bytes.count, bytes[end] == 32, isDigit(end + 1) {
                var next = end + 1
                while isDigit(next) { next += 1 }
                if next - end == 6 { end = next }
            }
            let digits = bytes[start..<end].count { $0 != 32 }
            if digits == 11 { for index in (end - 5)..<end { bytes[index] = UInt8(ascii: "*") } }
            start = end
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
