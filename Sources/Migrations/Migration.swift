/// One numbered step of a schema, as it stands in `migrations/`.
///
/// A released one is never edited.
package struct Migration: Sendable {
    /// From 1, without gaps.
    package let version: Int
    package let name: String
    package let sql: String

    package init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }
}
