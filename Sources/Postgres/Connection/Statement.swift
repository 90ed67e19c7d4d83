/// A statement's text, and whether it is worth preparing.
package struct Statement: Sendable, ExpressibleByStringLiteral {
    package let sql: String
    /// A prepared statement's name, one per text; nil to send the text each time.
    package let name: String?

    package init(stringLiteral sql: String) { self.init(sql) }

    package init(_ sql: String) {
        self.sql = sql
        name = nil
    }

    /// A statement that is parsed once per connection and then called by its name.
    package init(prepared name: String, _ sql: String) {
        self.sql = sql
        self.name = name
    }
}
