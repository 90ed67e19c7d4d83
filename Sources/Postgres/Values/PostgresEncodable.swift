/// A value that can stand for `$1`, `$2`, … in a statement.
package protocol PostgresEncodable: Sendable {
    /// The object identifier of its PostgreSQL type, so that the server never guesses.
    static var postgresType: TypeIdentifier { get }
    var postgresForm: ParameterForm { get }
}

/// How a parameter goes to the server.
package enum ParameterForm: Sendable {
    case null
    /// Independent of DateStyle, TimeZone and locale.
    case text(String)
    case binary([UInt8], holdsNUL: Bool)
}

/// A statement's parameter, ready to be sent.
package struct Parameter: Sendable {
    let type: TypeIdentifier
    let form: ParameterForm

    package init(_ value: any PostgresEncodable) {
        type = Swift.type(of: value).postgresType
        form = value.postgresForm
    }

    /// Whether a text of it has a NUL character, at which the server would stop reading.
    var holdsNUL: Bool {
        switch form {
        case .null: false
        case .text(let text): text.utf8.contains(0)
        case .binary(_, let holdsNUL): holdsNUL
        }
    }
}

extension String: PostgresEncodable {
    package static var postgresType: TypeIdentifier { .text }
    package var postgresForm: ParameterForm { .text(self) }
}

extension Bool: PostgresEncodable {
    package static var postgresType: TypeIdentifier { .bool }
    package var postgresForm: ParameterForm { .text(self ? "t" : "f") }
}

extension Int: PostgresEncodable {
    package static var postgresType: TypeIdentifier { .int8 }
    package var postgresForm: ParameterForm { .text(String(self)) }
}

extension Int64: PostgresEncodable {
    package static var postgresType: TypeIdentifier { .int8 }
    package var postgresForm: ParameterForm { .text(String(self)) }
}

extension Int32: PostgresEncodable {
    package static var postgresType: TypeIdentifier { .int4 }
    package var postgresForm: ParameterForm { .text(String(self)) }
}

extension Double: PostgresEncodable {
    package static var postgresType: TypeIdentifier { .float8 }
    package var postgresForm: ParameterForm { .text(String(self)) }
}

extension Duration: PostgresEncodable {
    package static var postgresType: TypeIdentifier { .interval }
    package var postgresForm: ParameterForm {
        let (seconds, attoseconds) = components
        return .text("\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000) microseconds")
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package static var postgresType: TypeIdentifier { Wrapped.postgresType }
    package var postgresForm: ParameterForm { self?.postgresForm ?? .null }
}
