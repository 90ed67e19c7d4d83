/// The number of one run of the worker.
package struct RunNumber: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    /// - Returns: `nil` for a number below 1.
    package init?(rawValue: Int64) {
        guard rawValue >= 1 else { return nil }
        self.rawValue = rawValue
    }

    package var description: String { String(rawValue) }

    package static func < (left: RunNumber, right: RunNumber) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension RunNumber: ExpressibleByIntegerLiteral {
    /// For numbers that stand in the source text; one out of range is a mistake there, and stops the program.
    package init(integerLiteral value: Int64) {
        guard let number = RunNumber(rawValue: value) else {
            preconditionFailure("a run number is at least 1")
        }
        self = number
    }
}
