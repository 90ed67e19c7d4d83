/// The eleven digits by which a person is known to institutions, in print only ever masked.
///
/// Kept as a number so that it costs eight bytes and no allocation; the leading zero that FS loses by storing two numbers
/// (015361 as 15361) cannot be lost here, because the plain digits come out of `digits` alone, always eleven of them.
///
/// There is deliberately no `Codable`: it would be a second, invisible way out for the digits.
package struct PersonNumber: Hashable, Comparable, Sendable {
    /// The eleven digits read as one number, below 10^11.
    let value: UInt64

    /// What kind of number this is, told from its digits.
    package let kind: Kind

    /// Reads a number as people write it: eleven ASCII digits, with or without a space after the sixth.
    ///
    /// White space around it is ignored. The date must exist, and both control digits must fit.
    ///
    /// - Parameters:
    ///   - text: what was typed or received.
    ///   - accepting: the control digit rule. The rule of 2032 accepts everything that today's does, so it is the default.
    /// - Throws: what is wrong, in words that never repeat what was given.
    package init(_ text: String, accepting: Rule = .from2032) throws(PersonNumberError) {
        try self.init(value: Self.value(of: text), accepting: accepting)
    }

    /// Checks a number that is already in one piece.
    init(value: UInt64, accepting: Rule) throws(PersonNumberError) {
        guard let kind = Layout(value).kind(accepting) else { throw .noSuchDate }
        if let wrong = Self.wrongControlDigit(of: value, accepting: accepting) { throw wrong }
        self.value = value
        self.kind = kind
    }

    /// The eleven plain digits: the one way out, named so that its every use is seen in review.
    package var digits: String {
        Self.padded(value, to: 11)
    }

    /// Whether another institution can know the person by this number.
    package var isUsableBetweenInstitutions: Bool { kind.isUsableBetweenInstitutions }

    package static func < (left: PersonNumber, right: PersonNumber) -> Bool {
        left.value < right.value
    }

    package static func == (left: PersonNumber, right: PersonNumber) -> Bool {
        left.value == right.value
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(value)
    }

    /// Decimal digits with the leading zeros kept.
    static func padded(_ value: UInt64, to width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

extension PersonNumber: Redacted {
    /// The six digits of the date, and nothing that tells one person from another born that day: `015361 *****`.
    package var description: String {
        Self.padded(value / 100_000, to: 6) + " *****"
    }
}
