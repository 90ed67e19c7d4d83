import ArgumentParser
import Exchange
import Store

struct OrderList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists orders, newest first.")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @Option(help: "Only orders in this state.")
    var state: OrderState?
    @Option(help: "At most so many.") var limit = 50

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit goes from 1 to 100000.") }
    }

    func run() async throws {
        let orders = try await database.store().orders(in: state, limit: limit)
        if json.isJSON { return try printJSON(orders.map(OrderEntry.init)) }
        var table = Table("order", "person", "state", "ordered", "due", "by", "reference", "results")
        for order in orders {
            table.add(
                "\(order.number)", "\(order.person)", order.state.rawValue, order.orderedAt, order.dueAt,
                order.orderedBy, order.reference, order.counts)
        }
        print(table.isEmpty ? "no orders" : table.text())
    }
}

/// An order as JSON: the person number is masked here too.
struct OrderEntry: Encodable {
    let order: Int64
    let person: String
    let purpose: String
    let reference: String?
    let orderedBy: String
    let orderedAt: String
    let state: String
    let refusal: String?
    let holdReason: String?
    let cancelReason: String?
    /// Why the last refresh of its admission passed over it.
    let passedOver: String?
    let dueAt: String?
    let completedAt: String?
    let attempts: Int
    let newResults: Int
    let changedResults: Int
    let missingResults: Int
    let heldBack: Int
    /// `3 new, 1 changed`.
    let results: String
    let unseenChanges: Int

    init(_ order: OrderSummary) {
        self.order = order.number.rawValue
        person = order.person.description
        purpose = order.purpose
        reference = order.reference
        orderedBy = order.orderedBy
        orderedAt = order.orderedAt
        state = order.state.rawValue
        refusal = order.refusal
        holdReason = order.holdReason
        cancelReason = order.cancelReason
        passedOver = order.passedOver
        dueAt = order.dueAt
        completedAt = order.completedAt
        attempts = order.attempts
        newResults = order.newResults
        changedResults = order.changedResults
        missingResults = order.missingResults
        heldBack = order.heldBack
        results = order.counts
        unseenChanges = order.unseenChanges
    }
}

extension OrderSummary {
    /// What came of it: `3 new, 1 changed`.
    var counts: String {
        let parts = [
            (newResults, "new"), (changedResults, "changed"), (missingResults, "missing"), (heldBack, "held back"),
        ]
        return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}
