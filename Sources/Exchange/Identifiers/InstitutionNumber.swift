/// The number by which FS and the national registers know an institution, such as 216.
///
/// It is unique in the country and kept after a merger: results stay with the number that they were earned under.
package struct InstitutionNumber: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int32

    /// - Returns: `nil` for a number outside 1...99 999 999.
    package init?(rawValue: Int32) {
        guard (1...99_999_999).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    package var description: String { String(rawValue) }

    package static func < (left: InstitutionNumber, right: InstitutionNumber) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension InstitutionNumber: ExpressibleByIntegerLiteral {
    /// For numbers that stand in the source text; one out of range is a mistake there, and stops the program.
    package init(integerLiteral value: Int32) {
        guard let number = InstitutionNumber(rawValue: value) else {
            preconditionFailure("an institution number lies between 1 and 99 999 999")
        }
        self = number
    }
}
