import ArgumentParser
import Store

struct OrderHold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Keeps workers off open orders until they are released.",
        discussion: """
            A held order is still the person's open one. An order that a worker holds just now is refused, and so is one that is \
            over; the others are done all the same (exit code 1). In SQL: SELECT resutveksl.hold(17, 'why').
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var orders: OrderNumbers
    @Option(help: "Why; shown to whoever orders for the person again.") var reason: String?

    func run() async throws {
        let store = try await database.store()
        try await orders.forEach("held") { try await store.hold($0, reason: reason) }
    }
}
