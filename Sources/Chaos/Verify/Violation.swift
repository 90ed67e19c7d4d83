/// One thing that is not as it ought to be.
///
/// Holds nothing about a person: order, source and FS's own key of a result.
struct Violation: Sendable, CustomStringConvertible {
    enum Kind: String, Sendable {
        case lost, duplicated, wrong
    }

    let kind: Kind
    /// Which comparison found it, in a word.
    let rule: String
    var order: Int64?
    var source: Int32?
    var detail: String?

    var description: String {
        let place = [order.map { "order \($0)" }, source.map { "source \($0)" }].compactMap { $0 }
        return ([kind.rawValue, rule] + place).joined(separator: " ") + (detail.map { ": \($0)" } ?? "")
    }
}
