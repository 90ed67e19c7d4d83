/// Why a source, or one person's answer from it, could not be had this time.
package struct Fault: Hashable, Sendable {
    package let kind: FaultKind
    /// For operators: what happened, where.
    ///
    /// Holds nothing about a person.
    package let reason: String
    /// Five characters, PostgreSQL documentation appendix A: what the server itself said.
    package let sqlState: String?
    /// The operating system's word where no server spoke: `ECONNREFUSED`, `EAI_NONAME`.
    package let errno: String?
    /// How far it had come: `resolve`, `connect`, `tls`, `authenticate`, `contract`, `query`, `answer`.
    package let phase: String?

    package init(
        _ kind: FaultKind, reason: String, sqlState: String? = nil, errno: String? = nil, phase: String? = nil
    ) {
        self.kind = kind
        self.reason = reason
        self.sqlState = sqlState
        self.errno = errno
        self.phase = phase
    }

    /// What the orders show that could not be asked about.
    package var outcome: Outcome { kind.outcome }
}
