/// A value that can stand for `$1`, `$2`, … in a statement.
package protocol PostgresEncodable: Sendable {
    /// The object identifier of its PostgreSQL type, so that the server never guesses.
    static var postgresType: TypeIdentifier { get }
    /// Its text form, nil for NULL. Independent of DateStyle, TimeZone and locale.
    var postgresText: String? { get }
}

/// A statement's parameter, ready to be sent.
package struct Parameter: Sendable {
    let type: TypeIdentifier
    let text: String?

    package init(_ value: any PostgresEncodable) {
        type = Swift.type(of: value).postgresType
        text = value.postgresText
    }
}

extension String: PostgresEncodable {
    package static var postgresType: TypeIdentifier { .text }
    package var postgresText: String? { self }
}

extension Bool: PostgresEncodable {
    package static var postgresType: TypeIdentifier { .bool }
    package var postgresText: String? { self ? "t" : "f" }
}

extension Int: PostgresEncodable {
    package static var postgresType: TypeIdentifier { .int8 }
    package var postgresText: String? { String(self) }
}

extension Int64: PostgresEncodable {
    package static var postgresType: TypeIdentifier { .int8 }
    package var postgresText: String? { String(self) }
}

extension Int32: PostgresEncodable {
    package static var postgresType: TypeIdentifier { .int4 }
    package var postgresText: String? { String(self) }
}

extension Double: PostgresEncodable {
    package static var postgresType: TypeIdentifier { .float8 }
    package var postgresText: String? { String(self) }
}

extension Duration: PostgresEncodable {
    package static var postgresType: TypeIdentifier { .interval }
    package var postgresText: String? {
        let (seconds, attoseconds) = components
        return "\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000) microseconds"
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package static var postgresType: TypeIdentifier { Wrapped.postgresType }
    package var postgresText: String? { self?.postgresText }
}

extension Array: PostgresEncodable where Element: PostgresEncodable {
    package static var postgresType: TypeIdentifier { Element.postgresType.array }
    package var postgresText: String? {
        var text = "{"
        for (index, element) in enumerated() {
            if index > 0 { text += "," }
            guard let elementText = element.postgresText else {
                text += "NULL"
                continue
            }
            text += "\""
            if elementText.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
                text += elementText.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            } else {
                text += elementText
            }
            text += "\""
        }
        return text + "}"
    }
}
