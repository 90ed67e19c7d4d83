/// The fencing token of a claim: whoever holds the newest one for an order may write to it.
///
/// It comes from a sequence in the own database, so that a later claim always has a higher one.
package struct LeaseToken: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    /// - Returns: `nil` for a number below 1.
    package init?(rawValue: Int64) {
        guard rawValue >= 1 else { return nil }
        self.rawValue = rawValue
    }

    package var description: String { String(rawValue) }

    package static func < (left: LeaseToken, right: LeaseToken) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension LeaseToken: ExpressibleByIntegerLiteral {
    /// For numbers that stand in the source text; one out of range is a mistake there, and stops the program.
    package init(integerLiteral value: Int64) {
        guard let number = LeaseToken(rawValue: value) else {
            preconditionFailure("a lease token is at least 1")
        }
        self = number
    }
}
