import ArgumentParser
import Store

struct OrderCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Ends open orders: no institution is asked any more.",
        discussion: """
            What was fetched stays. An order that a worker holds just now is refused, and so is one that is over already; the \
            others are done all the same (exit code 1). In SQL: SELECT resutveksl.cancel(17).
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var orders: OrderNumbers

    func run() async throws {
        let store = try await database.store()
        try await orders.forEach("cancelled") { try await store.cancel($0) }
    }
}
