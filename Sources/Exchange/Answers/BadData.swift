/// Something in a source's answer that broke the contract, in words without personal data.
package struct BadData: Hashable, Sendable, CustomStringConvertible {
    package let rule: BadDataRule

    /// The question that it belongs to; `nil` if it belongs to none that was asked.
    package let ref: OrderNumber?

    /// How many rows it was.
    package internal(set) var rows: Int

    package init(rule: BadDataRule, ref: OrderNumber?, rows: Int = 1) {
        self.rule = rule
        self.ref = ref
        self.rows = rows
    }

    /// The rule's sentence, with the order and the number of rows.
    package var sentence: String {
        let place = ref.map { "Order \($0): " } ?? ""
        return place + rule.sentence + (rows > 1 ? " (\(rows) rows)" : "")
    }

    package var description: String { sentence }
}
