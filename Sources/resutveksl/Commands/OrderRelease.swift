import ArgumentParser
import Store

struct OrderRelease: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Lets workers have held orders again; they go on where they were.",
        discussion: "In SQL: SELECT resutveksl.release(17).")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var orders: OrderNumbers

    func run() async throws {
        let store = try await database.store()
        try await orders.forEach("released") { try await store.release($0) }
    }
}
