/// Rows in PostgreSQL's binary COPY form, built in one buffer.
///
/// Binary, because the server then parses nothing, and because nothing needs escaping. Columns must have exactly the
/// types that are appended.
package struct CopyData: Sendable {
    private(set) var bytes: [UInt8]
    package private(set) var rowCount = 0

    package init(reservingBytes capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity + 32)
        // Signature, flags and header extension length: PostgreSQL documentation, COPY, "Binary Format".
        bytes += [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00]
        bytes += [0, 0, 0, 0, 0, 0, 0, 0]
    }

    /// Begins a row; exactly `columns` appends must follow.
    package mutating func beginRow(columns: Int16) {
        rowCount += 1
        append(raw: columns)
    }

    package mutating func append(_ value: String?) {
        guard var value else { return appendNull() }
        value.withUTF8 { utf8 in
            append(raw: Int32(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    package mutating func append(_ value: Bool) { append(integer: Int8(value ? 1 : 0)) }
    package mutating func append(_ value: Int32?) { append(integer: value) }
    package mutating func append(_ value: Int64?) { append(integer: value) }
    package mutating func append(_ value: PostgresDate?) { append(integer: value?.daysSince2000) }

    /// A `numeric` of at most `scale` decimals, given as a whole number of units of 10^−scale.
    package mutating func append(decimal units: Int64?, scale: Int) {
        guard let units else { return appendNull() }
        // Groups of four decimal digits around the decimal point (`src/backend/utils/adt/numeric.c`).
        var rest = units.magnitude
        var groups: [UInt16] = []
        if scale % 4 > 0, rest > 0 {
            // The last group is filled up with zeros; multiplying the whole number instead could overflow.
            let ofLast: UInt64 = [1, 10, 100, 1000][scale % 4]
            groups.append(UInt16(rest % ofLast * (10_000 / ofLast)))
            rest /= ofLast
        }
        while rest > 0 {
            groups.append(UInt16(rest % 10_000))
            rest /= 10_000
        }
        var weight = groups.count - 1 - (scale + 3) / 4
        groups.reverse()
        while let last = groups.last, last == 0 { groups.removeLast() }
        if groups.isEmpty { weight = 0 }
        append(raw: Int32(8 + groups.count * 2))
        append(raw: Int16(groups.count))
        append(raw: Int16(weight))
        append(raw: UInt16(units < 0 ? 0x4000 : 0))
        append(raw: UInt16(scale))
        for group in groups { append(raw: group) }
    }

    package mutating func appendNull() { append(raw: Int32(-1)) }

    /// The rows with the trailer that ends them.
    func finished() -> CopyData {
        var copy = self
        copy.append(raw: Int16(-1))
        return copy
    }

    private mutating func append<Value: FixedWidthInteger>(integer value: Value?) {
        guard let value else { return appendNull() }
        append(raw: Int32(MemoryLayout<Value>.size))
        append(raw: value)
    }

    private mutating func append<Value: FixedWidthInteger>(raw value: Value) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
