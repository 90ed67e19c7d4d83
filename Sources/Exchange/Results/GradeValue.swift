/// A grade as FS stores it (karaktertall): a code such as 65, or a numeric grade such as 2.3.
///
/// Exact.
package struct GradeValue: Hashable, Comparable, Sendable, CustomStringConvertible {
    private let number: Hundredths

    package init(hundredths: Int) {
        number = Hundredths(hundredths)
    }

    package init(tenths: Int) {
        number = Hundredths(tenths * 10)
    }

    package init(_ whole: Int) {
        number = Hundredths(whole * 100)
    }

    /// Reads `65`, `65.0` or `2.3`.
    ///
    /// - Returns: `nil` for what is no decimal number, or has more than two decimals.
    package init?(_ text: String) {
        guard let number = Hundredths(text) else { return nil }
        self.number = number
    }

    package var hundredths: Int { number.value }

    /// As few decimals as tell the number.
    package var description: String { number.description }

    package static func < (left: GradeValue, right: GradeValue) -> Bool {
        left.number < right.number
    }
}
