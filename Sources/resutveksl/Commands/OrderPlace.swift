import ArgumentParser
import Exchange
import Store

struct OrderPlace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "place",
        abstract: "Orders \"Hent ekstern norsk utdanning\" for a person, or for a list of applicants.",
        discussion: """
            Answers as the screen does: Bestilt, with date and time, and the order number. If the person has an open order \
            already, it answers with that one, and how far it is. In SQL: SELECT * FROM resutveksl.place_order('…').

            With --from it takes a list, whole or not at all as far as the machine is concerned: when it is killed or loses \
            the database, nothing is half-done, and the same list again finds its open orders. Refused lines are told by \
            number. Exit codes: 0 all lines taken; 3 some lines refused, the others taken; 1 nothing taken. In SQL: \
            SELECT * FROM resutveksl.place_orders(…).
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var person: PersonOption
    @OptionGroup var list: ListArguments
    @Option(help: "From which screen it is ordered: external_study, for a list application, when it is left out.")
    var purpose: Purpose?
    @Option(help: "The case that it is ordered for, e.g. a case number; of a list the application numbers.")
    var reference: String?
    @Option(help: "Who orders; the database user when it is left out.") var orderedBy: String?

    func validate() throws {
        guard list.file != nil else { return }
        if person.text != nil { throw ValidationError("--person and --from exclude each other.") }
        if reference != nil { throw ValidationError("--reference and --from exclude each other.") }
    }

    private struct Entry: Encodable {
        let order: Int64
        let state: String
        let isNew: Bool
        let message: String
    }

    func run() async throws {
        if let file = list.file { return try await place(list.read(file)) }
        let number = try person.number()
        let order = try await database.store().placeOrder(
            for: number, purpose: purpose ?? .externalStudy, reference: reference, orderedBy: orderedBy)
        if json.isJSON {
            try printJSON(
                Entry(
                    order: order.number.rawValue, state: order.state.rawValue, isNew: order.isNew,
                    message: order.message))
        } else {
            // The message names an order that is open already.
            print(order.message + (order.isNew ? "  order \(order.number)" : ""))
        }
        if order.state == .refused { throw ExitCode(1) }
    }

    private func place(_ applicants: ApplicantList) async throws {
        var options = list.options
        options.purpose = purpose ?? .application
        options.orderedBy = orderedBy
        let report = ListReport(
            lines: try await database.store().placeOrders(applicants, options: options), isDryRun: list.dryRun)
        if json.isJSON { try printJSON(report.entry) } else { print(report.text) }
        if report.refused > 0 { throw ExitCode(report.taken > 0 ? ExitStatus.incomplete : 1) }
    }
}
