/// An exact decimal number with at most two decimals, which is all that credits and grades have.
///
/// Binary floating point cannot hold 2.3 or 7.1, and grades are compared for equality, so no such number is involved.
struct Hundredths: Hashable, Comparable, Sendable, CustomStringConvertible {
    let value: Int

    init(_ value: Int) {
        self.value = value
    }

    /// Reads a decimal number as PostgreSQL writes `numeric`: `7.5`, `-1`, `10.000`.
    ///
    /// - Returns: `nil` for anything else (also `NaN`, an exponent, or a decimal comma), for more than two decimals that are
    ///   not zero, and from 10^9 on.
    init?(_ text: String) {
        var bytes = Substring(text).utf8
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes.removeFirst() }
        var value = 0
        var digits = 0
        var decimals: Int?
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = Int(byte - 0x30)
                digits += 1
                if let places = decimals {
                    guard places < 2 || digit == 0 else { return nil }
                    decimals = places + 1
                    if places >= 2 { continue }
                }
                value = value * 10 + digit
                guard value < 100_000_000_000 else { return nil }
            case UInt8(ascii: ".") where decimals == nil && digits > 0:
                decimals = 0
            default:
                return nil
            }
        }
        guard digits > 0, decimals != 0 else { return nil }
        switch decimals ?? 0 {
        case 0: value *= 100
        case 1: value *= 10
        default: break
        }
        guard value < 100_000_000_000 else { return nil }
        self.value = isNegative ? -value : value
    }

    /// As few decimals as tell the number: `7.5`, `10`, `-0.25`.
    var description: String {
        let whole = value.magnitude / 100
        let part = value.magnitude % 100
        let sign = value < 0 ? "-" : ""
        if part == 0 { return "\(sign)\(whole)" }
        if part % 10 == 0 { return "\(sign)\(whole).\(part / 10)" }
        return "\(sign)\(whole).\(part < 10 ? "0" : "")\(part)"
    }

    static func < (left: Hundredths, right: Hundredths) -> Bool {
        left.value < right.value
    }
}
