import CLibpq

/// A libpq connection string (`host=… dbname=…`, a `postgresql://` address, `service=…`) that holds no password.
///
/// Passwords belong in the password file or the service file (PGPASSFILE, PGSERVICEFILE), which libpq reads itself:
/// a connection string is stored in a table, printed in lists and visible in process arguments.
package struct ConnectionString: Hashable, Sendable, CustomStringConvertible {
    /// As it was written.
    package let text: String
    package var description: String { text }

    /// - Throws: `PostgresError` with code `configuration` when libpq cannot read it, or when it has a password.
    package init(_ text: String) throws(PostgresError) {
        var error: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &error) else {
            // libpq's own message can quote the string, and with it a password that was misplaced.
            PQfreemem(error)
            throw PostgresError(
                .configuration, phase: .configure,
                message: "the connection string cannot be read: expected 'host=… dbname=…', 'service=…' or "
                    + "'postgresql://host/database'")
        }
        defer { PQconninfoFree(options) }
        for secret in ["password", "sslpassword"] where Self.value(of: secret, in: options) != nil {
            throw PostgresError(
                .configuration, phase: .configure,
                message: "the connection string holds a \(secret): take it out and put it into the password file "
                    + "(~/.pgpass or PGPASSFILE) or the service file (PGSERVICEFILE), readable by the worker's user only"
            )
        }
        // No database is called that: somebody put a whole connection string there, perhaps with its password.
        if let database = Self.value(of: "dbname", in: options), database.contains("=") || database.contains("://") {
            throw PostgresError(
                .configuration, phase: .configure,
                message: "dbname holds a connection string: give its settings beside dbname")
        }
        self.text = text
    }

    /// The string with some of its settings replaced.
    package func with(_ overrides: [String: String]) throws(PostgresError) -> ConnectionString {
        var pairs = settings
        pairs.merge(overrides) { _, new in new }
        let parts = pairs.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.quoted($0.value))" }
        return try ConnectionString(parts.joined(separator: " "))
    }

    /// What the string itself says, by libpq's keywords.
    var settings: [String: String] {
        guard let options = PQconninfoParse(text, nil) else { return [:] }
        defer { PQconninfoFree(options) }
        return Self.values(in: options)
    }

    static func values(in options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        var values: [String: String] = [:]
        var next = options
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            next += 1
        }
        return values
    }

    private static func value(of name: String, in options: UnsafeMutablePointer<PQconninfoOption>) -> String? {
        values(in: options)[name]
    }

    private static func quoted(_ value: String) -> String {
        "'" + value.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
}
