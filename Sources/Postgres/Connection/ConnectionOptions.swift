/// How a connection behaves that is not part of its connection string.
package struct ConnectionOptions: Sendable {
    /// For each address of a host, from the first packet to a session that is ready.
    ///
    /// `connect_timeout` of the string takes precedence, as libpq users expect.
    package var connectTimeout: Duration
    /// For each statement, unless a call gives its own.
    package var statementTimeout: Duration
    /// How long the server may take to acknowledge a cancellation before the connection is dropped.
    package var cancelGrace: Duration
    /// Bytes that the answer to one statement may have; nil for any size.
    ///
    /// libpq keeps an answer in memory as a whole. Counted by the kernel on TCP; on a local socket the count is a lower bound.
    package var answerLimit: Int?
    /// Shown in `pg_stat_activity` unless the string or PGAPPNAME names another.
    package var applicationName: String
    /// Statements that a pool runs in each new session; empty for none.
    package var sessionScript: String
    /// Whether the server's notices are logged with their texts, or by SQLSTATE alone.
    package var logsNoticeTexts = true

    package init(
        connectTimeout: Duration = .seconds(10), statementTimeout: Duration = .seconds(60),
        cancelGrace: Duration = .seconds(2), answerLimit: Int? = nil, applicationName: String = "resutveksl",
        sessionScript: String = ""
    ) {
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
        self.cancelGrace = cancelGrace
        self.answerLimit = answerLimit
        self.applicationName = applicationName
        self.sessionScript = sessionScript
    }
}
