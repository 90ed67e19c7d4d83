import ArgumentParser
import Exchange
import Store

struct AdmissionList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists admissions and when they are refreshed next.")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption

    private struct Entry: Encodable {
        let admission: String
        let name: String?
        let state: String
        let opens: String
        let closes: String
        let weekday: String
        let time: String
        let applications: Int
        let waiting: Int
        let lastRefresh: String?
        let nextRefresh: String?
    }

    func run() async throws {
        let admissions = try await database.store().admissions()
        if json.isJSON {
            return try printJSON(
                admissions.map {
                    Entry(
                        admission: $0.code, name: $0.name, state: $0.state.rawValue, opens: $0.opensOn.description,
                        closes: $0.closesOn.description, weekday: "\($0.weekday)", time: $0.time,
                        applications: $0.applications, waiting: $0.waiting, lastRefresh: $0.lastRefresh,
                        nextRefresh: $0.nextRefresh)
                })
        }
        var table = Table(
            "admission", "name", "state", "closes", "applications", "waiting", "last refresh", "next refresh")
        for admission in admissions {
            table.add(
                admission.code, admission.name, admission.state.rawValue, "\(admission.closesOn)",
                "\(admission.applications)", "\(admission.waiting)", admission.lastRefresh, admission.nextRefresh)
        }
        print(table.isEmpty ? "no admissions. Register one: resutveksl admission add" : table.text())
    }
}
