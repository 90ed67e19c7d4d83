/// The size of a course in studiepoeng, of which a year has 60; exact, from 0 to 1000.
package struct Credits: Hashable, Comparable, Sendable, CustomStringConvertible {
    private let number: Hundredths

    /// - Returns: `nil` below 0 or above 1000 studiepoeng.
    package init?(hundredths: Int) {
        guard (0...100_000).contains(hundredths) else { return nil }
        number = Hundredths(hundredths)
    }

    /// Reads `7.5`, `10` or `10.00`.
    ///
    /// - Returns: `nil` for what is no decimal number, has more than two decimals, or lies outside 0...1000.
    package init?(_ text: String) {
        guard let number = Hundredths(text) else { return nil }
        self.init(hundredths: number.value)
    }

    /// Reads a size in vekttall, the unit in use before 2003: one of them is 3 studiepoeng.
    package static func fromVekttall(_ text: String) -> Credits? {
        guard let number = Hundredths(text) else { return nil }
        return Credits(hundredths: number.value * 3)
    }

    package var hundredths: Int { number.value }

    /// As few decimals as tell the number.
    package var description: String { number.description }

    package static func < (left: Credits, right: Credits) -> Bool {
        left.number < right.number
    }
}
