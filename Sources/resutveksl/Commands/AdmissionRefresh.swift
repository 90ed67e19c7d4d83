import ArgumentParser
import Store

struct AdmissionRefresh: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh", abstract: "Queues applicants' orders again where the weekly moment has come.",
        discussion: """
            Looks at every open admission, as `run` and `watch` do by themselves; each order is queued once for a moment, \
            whoever looks. A week that was missed is made up once. The fetching itself is left to the next run.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @Option(
        help: ArgumentHelp("Queue the orders of this admission now, whatever its schedule says.", valueName: "code"))
    var now: String?

    private struct Entry: Encodable {
        let admission: String
        let due: String
        let orders: Int
        let leftOver: Int
    }

    func run() async throws {
        let store = try await database.store()
        let refreshes =
            if let now { [try await store.refreshAdmission(now)] } else { try await store.scheduleRefreshes() }
        if json.isJSON {
            return try printJSON(
                refreshes.map {
                    Entry(admission: $0.admission, due: $0.moment, orders: $0.orders, leftOver: $0.leftOver)
                })
        }
        for refresh in refreshes {
            print(
                "admission \(refresh.admission): \(refresh.orders.counted("order")) ordered again, due \(refresh.moment)"
                    + (refresh.leftOver > 0 ? "; \(refresh.leftOver) in work just now come with the next call" : ""))
        }
        if refreshes.isEmpty { print("no admission is due for its refresh") }
    }
}
