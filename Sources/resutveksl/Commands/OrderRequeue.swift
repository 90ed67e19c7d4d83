import ArgumentParser
import Store

struct OrderRequeue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requeue", abstract: "Has orders fetched afresh in the next run: every institution is asked.",
        discussion: """
            For orders that are completed, refused, cancelled or waiting for their next attempt. Refused are those that wait \
            already, are held or in the hands of a worker, whose person has another open order, or whom no institution may be \
            asked about; the others are done all the same (exit code 1). In SQL: SELECT resutveksl.requeue(17).
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var orders: OrderNumbers

    func run() async throws {
        let store = try await database.store()
        try await orders.forEach("ordered again") { try await store.requeue($0) }
    }
}
