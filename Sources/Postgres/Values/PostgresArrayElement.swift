/// A value that can stand in an array parameter.
///
/// Arrays go to the server in binary form: they carry whole sets of persons, and text would be written and escaped here
/// only to be parsed there.
package protocol PostgresArrayElement: PostgresEncodable {
    /// Appends exactly one element: one of the encoder's appends.
    func append(to encoder: inout ArrayEncoder)
}

/// Builds an array of one dimension in PostgreSQL's binary form (`array_send` in `src/backend/utils/adt/arrayfuncs.c`).
package struct ArrayEncoder: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Whether a text has a NUL character in it, which no text column can hold.
    private(set) var holdsNUL = false
    private var hasNull = false

    init(_ type: TypeIdentifier, count: Int) {
        bytes.reserveCapacity(20 + count * 16)
        append(raw: Int32(count == 0 ? 0 : 1))
        append(raw: Int32(0))
        append(raw: type.rawValue)
        if count > 0 {
            append(raw: Int32(clamping: count))
            append(raw: Int32(1))
        }
    }

    package mutating func appendNull() {
        append(raw: Int32(-1))
        if !hasNull {
            hasNull = true
            // The lowest byte of the flags, the second of the numbers that an array begins with.
            bytes[7] = 1
        }
    }

    package mutating func append(integer value: some FixedWidthInteger) {
        append(raw: Int32(value.bitWidth / 8))
        append(raw: value)
    }

    package mutating func append(text value: String) {
        var value = value
        value.withUTF8 { utf8 in
            append(raw: Int32(clamping: utf8.count))
            bytes.append(contentsOf: utf8)
            if utf8.contains(0) { holdsNUL = true }
        }
    }

    private mutating func append<Value: FixedWidthInteger>(raw value: Value) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}

extension String: PostgresArrayElement {
    package func append(to encoder: inout ArrayEncoder) { encoder.append(text: self) }
}

extension Bool: PostgresArrayElement {
    package func append(to encoder: inout ArrayEncoder) { encoder.append(integer: Int8(self ? 1 : 0)) }
}

extension Int: PostgresArrayElement {
    package func append(to encoder: inout ArrayEncoder) { encoder.append(integer: Int64(self)) }
}

extension Int64: PostgresArrayElement {
    package func append(to encoder: inout ArrayEncoder) { encoder.append(integer: self) }
}

extension Int32: PostgresArrayElement {
    package func append(to encoder: inout ArrayEncoder) { encoder.append(integer: self) }
}

extension Double: PostgresArrayElement {
    package func append(to encoder: inout ArrayEncoder) { encoder.append(integer: bitPattern) }
}

extension PostgresDate: PostgresArrayElement {
    package func append(to encoder: inout ArrayEncoder) { encoder.append(integer: daysSince2000) }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement {
    package func append(to encoder: inout ArrayEncoder) {
        if let self { self.append(to: &encoder) } else { encoder.appendNull() }
    }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    package static var postgresType: TypeIdentifier { Element.postgresType.array }

    package var postgresForm: ParameterForm {
        var encoder = ArrayEncoder(Element.postgresType, count: count)
        for element in self { element.append(to: &encoder) }
        return .binary(encoder.bytes, holdsNUL: encoder.holdsNUL)
    }
}
