/// A value that can be read from a row.
///
/// All rows travel in PostgreSQL's binary form.
package protocol PostgresDecodable: Sendable {
    /// - Returns: nil when the field is of another type; the row turns that into an error that names the column.
    static func decode(_ field: Field) -> Self?
}

/// One field of a row, valid as long as its rows are.
package struct Field {
    package let type: TypeIdentifier
    /// Nil for NULL.
    package let bytes: UnsafeRawBufferPointer?

    /// A big-endian integer that fills the field.
    func integer<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
        guard let bytes, bytes.count == MemoryLayout<Value>.size else { return nil }
        return Value(bigEndian: bytes.loadUnaligned(as: Value.self))
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package static func decode(_ field: Field) -> Wrapped?? {
        if field.bytes == nil { return .some(nil) }
        guard let value = Wrapped.decode(field) else { return nil }
        return .some(value)
    }
}

extension String: PostgresDecodable {
    package static func decode(_ field: Field) -> String? {
        guard let bytes = field.bytes, field.type.isText else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension Bool: PostgresDecodable {
    package static func decode(_ field: Field) -> Bool? {
        guard field.type == .bool, let byte = field.integer(UInt8.self) else { return nil }
        return byte != 0
    }
}

extension Int32: PostgresDecodable {
    package static func decode(_ field: Field) -> Int32? {
        switch field.type {
        case .int4: field.integer(Int32.self)
        case .int2: field.integer(Int16.self).map(Int32.init)
        default: nil
        }
    }
}

extension Int64: PostgresDecodable {
    package static func decode(_ field: Field) -> Int64? {
        switch field.type {
        case .int8: field.integer(Int64.self)
        case .oid: field.integer(UInt32.self).map(Int64.init)
        default: Int32.decode(field).map(Int64.init)
        }
    }
}

extension Int: PostgresDecodable {
    package static func decode(_ field: Field) -> Int? { Int64.decode(field).map(Int.init) }
}

extension Double: PostgresDecodable {
    package static func decode(_ field: Field) -> Double? {
        switch field.type {
        case .float8: field.integer(UInt64.self).map(Double.init(bitPattern:))
        case .float4: field.integer(UInt32.self).map { Double(Float(bitPattern: $0)) }
        default: nil
        }
    }
}

extension PostgresDate: PostgresDecodable {
    package static func decode(_ field: Field) -> PostgresDate? {
        guard field.type == .date else { return nil }
        return field.integer(Int32.self).map(PostgresDate.init(daysSince2000:))
    }
}

extension PostgresTimestamp: PostgresDecodable {
    package static func decode(_ field: Field) -> PostgresTimestamp? {
        guard field.type == .timestamptz else { return nil }
        return field.integer(Int64.self).map(PostgresTimestamp.init(microsecondsSince2000:))
    }
}

extension PostgresNumeric: PostgresDecodable {
    package static func decode(_ field: Field) -> PostgresNumeric? {
        guard field.type == .numeric, let bytes = field.bytes else { return nil }
        return PostgresNumeric(binary: bytes)
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    /// One-dimensional arrays: dimensions, a flag for NULLs, the element type, then length and value of each element.
    package static func decode(_ field: Field) -> [Element]? {
        guard let bytes = field.bytes, bytes.count >= 12 else { return nil }
        func word(at offset: Int) -> Int32 {
            Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
        }
        let elementType = TypeIdentifier(rawValue: UInt32(bitPattern: word(at: 8)))
        switch word(at: 0) {
        case 0: return []
        case 1 where bytes.count >= 20: break
        default: return nil
        }
        // Counts and lengths come from the server: none may lead outside the field.
        let count = Int(word(at: 12))
        guard count >= 0, count <= bytes.count / 4 else { return nil }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        var offset = 20
        for _ in 0..<count {
            guard offset + 4 <= bytes.count else { return nil }
            let length = Int(word(at: offset))
            offset += 4
            guard length <= bytes.count - offset else { return nil }
            let value = length < 0 ? nil : UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            guard let element = Element.decode(Field(type: elementType, bytes: value)) else { return nil }
            elements.append(element)
            offset += Swift.max(length, 0)
        }
        return elements
    }
}
