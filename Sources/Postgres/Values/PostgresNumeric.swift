/// An exact decimal number, as PostgreSQL's `numeric` holds it.
package struct PostgresNumeric: Hashable, Sendable, PostgresEncodable, CustomStringConvertible {
    /// Plain decimal text with the scale that the server keeps: `7.50`, `-0.1`, `NaN`.
    package let text: String

    package init(text: String) { self.text = text }

    package var description: String { text }
    package static var postgresType: TypeIdentifier { .numeric }
    package var postgresForm: ParameterForm { .text(text) }

    /// The number times 10 to the power of `scale`, when it is whole and fits.
    package func scaled(by scale: Int) -> Int64? {
        var digits = text[...]
        let isNegative = digits.first == "-"
        if isNegative { digits = digits.dropFirst() }
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty else { return nil }
        var fraction = parts.count > 1 ? parts[1] : ""
        while fraction.count > scale, fraction.last == "0" { fraction = fraction.dropLast() }
        guard fraction.count <= scale else { return nil }
        let padded = String(whole) + String(fraction) + String(repeating: "0", count: scale - fraction.count)
        return Int64(padded).map { isNegative ? -$0 : $0 }
    }

    /// Reads PostgreSQL's binary form: groups of four decimal digits, a weight, a sign and a display scale
    /// (`src/backend/utils/adt/numeric.c`).
    init?(binary bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 8 else { return nil }
        func word(_ index: Int) -> UInt16 { UInt16(bytes[index * 2]) << 8 | UInt16(bytes[index * 2 + 1]) }
        let count = Int(word(0))
        let weight = Int(Int16(bitPattern: word(1)))
        let sign = word(2)
        let scale = Int(word(3))
        guard bytes.count == 8 + count * 2 else { return nil }
        switch sign {
        case 0x0000, 0x4000: break
        case 0xC000:
            text = "NaN"
            return
        case 0xD000:
            text = "Infinity"
            return
        case 0xF000:
            text = "-Infinity"
            return
        default: return nil
        }
        func group(_ index: Int) -> UInt16 { index >= 0 && index < count ? word(4 + index) : 0 }
        var result = sign == 0x4000 ? "-" : ""
        if weight < 0 {
            result += "0"
        } else {
            for index in 0...weight { result += index == 0 ? String(group(0)) : group(index).padded(to: 4) }
        }
        if scale > 0 {
            var fraction = ""
            var index = weight + 1
            while fraction.count < scale {
                fraction += group(index).padded(to: 4)
                index += 1
            }
            result += "." + fraction.prefix(scale)
        }
        text = result
    }
}
