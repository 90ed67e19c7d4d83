/// The number of one order, which is also the reference that a source sees it under.
package struct OrderNumber: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    /// - Returns: `nil` for a number below 1.
    package init?(rawValue: Int64) {
        guard rawValue >= 1 else { return nil }
        self.rawValue = rawValue
    }

    package var description: String { String(rawValue) }

    package static func < (left: OrderNumber, right: OrderNumber) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension OrderNumber: ExpressibleByIntegerLiteral {
    /// For numbers that stand in the source text; one out of range is a mistake there, and stops the program.
    package init(integerLiteral value: Int64) {
        guard let number = OrderNumber(rawValue: value) else {
            preconditionFailure("an order number is at least 1")
        }
        self = number
    }
}
