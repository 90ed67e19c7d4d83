extension PersonNumber {
    /// Which control digit rule a number satisfies.
    package enum Rule: Hashable, Sendable, CaseIterable {
        /// Both control digits by modulus 11, no remainder: all numbers given out before 2032.
        case today

        /// The first control digit may leave a remainder of 0 to 3, which makes room for more numbers; the second is
        /// unchanged. Everything that is valid under today's rule is valid under this.
        case from2032
    }

    /// The strictest rule that the number satisfies: `.from2032` means that it is valid under that rule only.
    package var rule: Rule {
        Self.remainder(of: value) == 0 ? .today : .from2032
    }

    private static let firstWeights: [UInt64] = [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]
    private static let secondWeights: [UInt64] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]

    /// What the first control digit leaves over: today nothing, from 2032 at most 3.
    private static func remainder(of value: UInt64) -> UInt64 {
        weighed(value / 10, firstWeights)
    }

    /// The control digit that does not fit, if any.
    ///
    /// A number that is refused is explained by today's rule, which nearly every number follows: under the rule of 2032 a
    /// mistyped first digit often shows in the second only.
    static func wrongControlDigit(of value: UInt64, accepting rule: Rule) -> PersonNumberError? {
        let left = remainder(of: value)
        let isFirstRight = rule == .today ? left == 0 : left <= 3
        let isSecondRight = weighed(value, secondWeights) == 0
        if isFirstRight && isSecondRight { return nil }
        return left == 0 ? .controlDigit2 : .controlDigit1
    }

    /// The sum of digits times weights, modulo 11, with the last weight on the last digit.
    private static func weighed(_ value: UInt64, _ weights: [UInt64]) -> UInt64 {
        var rest = value
        var sum: UInt64 = 0
        for weight in weights.reversed() {
            sum += rest % 10 * weight
            rest /= 10
        }
        return sum % 11
    }

    /// The two control digits that complete nine digits under today's rule, or `nil` if one of them would be 10.
    static func completed(_ nine: UInt64) -> UInt64? {
        let first = (11 - weighed(nine * 10, firstWeights)) % 11
        guard first < 10 else { return nil }
        let ten = nine * 10 + first
        let second = (11 - weighed(ten * 10, secondWeights)) % 11
        guard second < 10 else { return nil }
        return ten * 10 + second
    }
}
