import ArgumentParser
import Exchange
import Store

struct OrderPlace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "place", abstract: "Orders \"Hent ekstern norsk utdanning\" for a person.",
        discussion: """
            Answers as the screen does: Bestilt, with date and time, and the order number. If the person has an open order \
            already, it answers with that one. In SQL: SELECT * FROM resutveksl.place_order('…').
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var person: PersonOption
    @Option(help: "From which screen it is ordered.") var purpose: Purpose = .externalStudy
    @Option(help: "The case that it is ordered for, e.g. a case number.") var reference: String?
    @Option(help: "Who orders; the database user when it is left out.") var orderedBy: String?

    private struct Entry: Encodable {
        let order: Int64
        let state: String
        let isNew: Bool
        let message: String
    }

    func run() async throws {
        let number = try person.number()
        let order = try await database.store().placeOrder(
            for: number, purpose: purpose, reference: reference, orderedBy: orderedBy)
        if json.isJSON {
            try printJSON(
                Entry(
                    order: order.number.rawValue, state: order.state.rawValue, isNew: order.isNew,
                    message: order.message))
        } else {
            print("\(order.message)  order \(order.number)\(order.isNew ? "" : " (open already)")")
        }
        if order.state == .refused { throw ExitCode(1) }
    }
}
