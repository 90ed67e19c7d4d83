import Exchange

/// Why the own database did not do what was asked.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The lease has run out and somebody else may hold the orders: nothing was written.
        case staleToken
        /// A setting that is needed has not been made.
        case configuration
        /// There is no such order, person or source.
        case notFound
        /// The database refused, with a sentence that says why.
        case refused
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    static func stale(_ token: LeaseToken) -> StoreError {
        StoreError(.staleToken, "claim \(token) is no longer held by this worker; nothing was written")
    }
}
