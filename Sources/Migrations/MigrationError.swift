/// Why a schema cannot be brought up to date.
package struct MigrationError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// A file differs from the one that the database applied.
        case changed
        /// The database has a migration that this program does not know.
        case newer
        /// A migration failed; it was rolled back, and those before it stay.
        case failed
        /// The schema is missing, or migrations are pending.
        case behind
    }

    package let code: Code
    package let description: String
    package let underlying: (any Error)?

    init(_ code: Code, _ description: String, underlying: (any Error)? = nil) {
        self.code = code
        self.description = description
        self.underlying = underlying
    }
}
