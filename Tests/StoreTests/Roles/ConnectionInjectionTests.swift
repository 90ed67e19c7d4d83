import DevCluster
import Exchange
import Postgres
import Store
import Testing

/// What somebody can write into `sources.conninfo` who may write there.
@Suite struct ConnectionInjectionTests {
    @Test(
        "the table itself refuses a password",
        arguments: [
            // Not the password that is looked for in all logs: what somebody types into SQL stands in that server's log.
            "host=h password=innsjo", "host=h PASSWORD = innsjo", "host=h sslpassword=innsjo",
            "postgresql://anna:innsjo@h/d",
            "postgresql://h/d?password=innsjo", "postgresql://h/d?a=b&password=innsjo",
        ])
    func password(text: String) async throws {
        let playground = try await SharedRights.shared.playground()
        let error = try await playground.refusal(
            of: "UPDATE resutveksl.sources SET conninfo = '\(text)' WHERE source = 203")
        #expect(error.sqlState == "23514")
        #expect(error.message.contains("sources_conninfo_has_no_password"))
    }

    @Test(
        "what the table cannot see through the worker does not use, and says so without repeating it",
        arguments: [
            "postgresql://h/d?p%61ssword=fjord", "dbname='host=evil p''a''ssword=fjord'", "service=hvl host=evil",
            "host=localhost hostaddr=127.0.0.2", "not a connection string fjord", "host=h\u{0A}options",
        ])
    func misled(text: String) async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1)
        try await playground.store.pool.withConnection {
            _ = try await $0.query("UPDATE resutveksl.sources SET conninfo = $1", text)
        }
        _ = try await playground.run()
        let pair = try await playground.atSource(order, 203)
        #expect(pair?.outcome == "failed")
        #expect(try await playground.value("SELECT fault FROM resutveksl.transfers") == "configuration")
        #expect(pair?.reason?.contains("fjord") == false && pair?.reason?.contains("evil") == false)
        #expect(!playground.log.text.contains("fjord"))
    }

    @Test(
        "settings of the session that come with it give no more than the requester has",
        arguments: ["role=postgres", "session_authorization=postgres", "session_replication_role=replica"])
    func options(setting: String) async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let order = try await playground.order(Playground.person1)
        let string = try playground.cluster.connectionString(
            database: playground.database(of: 203), user: Playground.requester
        ).with(["options": "-c \(setting)"])
        try await playground.register(203, string)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "denied")
        #expect(try await playground.value(at: 203, "SELECT count(*) FROM resutveksl.disclosures") == "0")
    }

    @Test("a search path that comes with it changes no answer")
    func searchPath() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let order = try await playground.order(Playground.person1)
        let string = try playground.cluster.connectionString(
            database: playground.database(of: 203), user: Playground.requester
        ).with(["options": "-c search_path=fs,pg_temp -c row_security=off"])
        try await playground.register(203, string)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "fetched")
        #expect(try await playground.results(Playground.person1).map(\.code) == ["RES-100"])
    }
}
