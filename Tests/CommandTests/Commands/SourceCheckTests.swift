import Testing

/// `source check`: whether sources can be asked, and if not, why.
@Suite struct SourceCheckTests {
    private struct Entry: Decodable {
        let source: Int
        let outcome: String
        let reason: String?
        let sqlstate: String?
        let milliseconds: Int
    }

    @Test("sources that answer are good, and nobody is asked about")
    func good() async throws {
        let installation = try await Installation.make(203, 204)
        let finished = try await installation.run("source", "check")
        #expect(finished.status == 0)
        #expect(finished.output.contains(/203 +HVL +open/))
        #expect(finished.output.contains(/204 +Nord +open/))
        let entries = try await installation.run("source", "check", "--json", "204").json([Entry].self)
        #expect(entries.map(\.source) == [204])
        let merged = try await installation.run("source", "check", "--json", "216", "203").json([Entry].self)
        #expect(merged.map(\.source) == [203], "216 is part of 203")
        #expect(entries.first?.outcome == "open" && entries.first?.reason == nil)
        let disclosures = "SELECT count(*) FROM resutveksl.disclosures"
        #expect(try await installation.value(disclosures, in: installation.database(of: 203)) == "0")
    }

    @Test("with no source registered it ends with 78 and says how to register one")
    func none() async throws {
        let finished = try await Installation.make().run("source", "check")
        #expect(finished.status == 78)
        #expect(finished.errors.contains("resutveksl source add"))
    }

    /// What is wrong at a source, and what is told about it.
    struct Trouble: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
        let outcome: String
        let reasons: [String]

        init(_ name: String, _ script: String, _ outcome: String, _ reasons: String...) {
            testDescription = name
            self.script = script
            self.outcome = outcome
            self.reasons = reasons
        }

        static func contract(_ oldest: Int, _ newest: Int) -> String {
            """
            CREATE OR REPLACE FUNCTION resutveksl.contract()
            RETURNS TABLE (oldest int, newest int, institution int, answers_for int[]) LANGUAGE sql
            AS 'SELECT \(oldest), \(newest), 203, ARRAY[203]'
            """
        }
    }

    static let troubles = [
        Trouble(
            "contract missing", "DROP SCHEMA resutveksl CASCADE", "failed", "has no contract",
            "`resutveksl source install`"),
        Trouble(
            "contract() missing", "DROP FUNCTION resutveksl.contract()", "failed", "has no contract",
            "`resutveksl source install`"),
        Trouble(
            "newer contract only", Trouble.contract(2, 3), "failed", "speaks contract 2 to 3", "this program speaks 1",
            "upgrade resutveksl"),
        Trouble(
            "older contract only", Trouble.contract(0, 0), "failed", "speaks contract 0 to 0", "this program speaks 1",
            "its operator"),
        Trouble(
            "another institution", "SELECT resutveksl.set_identity(224)", "failed", "is that of institution 224",
            "not of 203"),
        Trouble(
            "no identity", "DELETE FROM resutveksl.identity", "failed", "not been told which institution it is"),
        Trouble(
            "not a requester", "DELETE FROM resutveksl.requesters", "denied", "is not registered as a requester",
            "register_requester"),
        Trouble(
            "no right", "SELECT resutveksl.remove_requester('\(CommandServer.requester)')", "denied",
            "permission denied"),
    ]

    @Test("a source that cannot be asked ends with 3 and a reason that says what to do", arguments: troubles)
    func trouble(trouble: Trouble) async throws {
        let installation = try await Installation.make(203, 204)
        try await installation.at(203, trouble.script)
        let finished = try await installation.run("source", "check")
        #expect(finished.status == 3)
        let line = try #require(finished.lines.first { $0.hasPrefix("203") })
        #expect(line.contains(" \(trouble.outcome) "))
        for reason in trouble.reasons { #expect(line.contains(reason), "\(line)") }
        #expect(finished.output.contains(/204 +Nord +open/))
    }

    @Test(
        "a source that has closed itself is told apart from one that cannot be asked",
        arguments: [
            ("UPDATE fs.modulvalg_egenskap SET status_aktiv = 'J' WHERE egenskapkode = 'RESERVER'", "reserved"),
            ("UPDATE fs.modulvalg SET status_aktiv = 'N' WHERE modulkode = 'RESUTVEKSL'", "not_open"),
        ])
    func closed(script: String, outcome: String) async throws {
        let installation = try await Installation.make(203)
        try await installation.at(203, script)
        let finished = try await installation.run("source", "check", "--json")
        #expect(finished.status == 0)
        #expect(try finished.json([Entry].self).map(\.outcome) == [outcome])
    }

    @Test(
        "a source that is not there ends with 3, and says where it was looked for",
        arguments: [
            ("host=127.0.0.1 port=1 dbname=fs user=x connect_timeout=5", "unreachable", "127.0.0.1"),
            ("host=no-such-host.invalid dbname=fs user=x connect_timeout=5", "unreachable", "no-such-host.invalid"),
            ("service=no_such_service", "failed", "no_such_service"),
        ])
    func notThere(connection: String, outcome: String, place: String) async throws {
        let installation = try await Installation.make()
        try await installation.must("source", "add", "203", connection)
        let finished = try await installation.run("source", "check", "--json")
        #expect(finished.status == 3)
        let entry = try #require(try finished.json([Entry].self).first)
        #expect(entry.outcome == outcome)
        #expect(entry.reason?.contains(place) == true)
    }

    @Test(
        "an unknown role is denied, an unknown database unreachable, each with its SQLSTATE",
        arguments: [("user=nobody_home", "denied", "28000"), ("dbname=no_such", "unreachable", "3D000")])
    func letIn(change: String, outcome: String, sqlState: String) async throws {
        let installation = try await Installation.make(203)
        try await installation.must("source", "add", "203", "\(installation.connection(of: 203)) \(change)")
        let finished = try await installation.run("source", "check", "--json")
        #expect(finished.status == 3)
        let entry = try #require(try finished.json([Entry].self).first)
        #expect(entry.outcome == outcome && entry.sqlstate == sqlState)
    }
}
