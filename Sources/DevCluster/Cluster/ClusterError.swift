/// Why a private cluster or its example data could not be made.
package struct ClusterError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// No PostgreSQL server programs on this machine.
        case serverMissing
        /// A program that the cluster needs (`setsid`, `setpriv`, `openssl`) is missing or did not do its work.
        case programFailed
        /// The server did not start or stop; the message ends with what it logged.
        case serverFailed
        /// The folder cannot be used, or its name is too long for a socket.
        case folder
        /// The guard of the cluster is gone, and the cluster with it.
        case gone
        /// What was asked for cannot be made.
        case invalidRequest
    }

    package let code: Code
    package let message: String

    package var description: String { message }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
