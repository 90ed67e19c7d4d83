import Foundation
import Glibc
import Store
import Testing

@testable import resutveksl

/// `log`: searching the transfer log.
@Suite struct LogTests {
    private struct Entry: Decodable {
        let at: String
        let event: String
        let run: Int64?
        let order: Int64?
        let person: String?
        let institution: Int32?
        let outcome: String?
        let nextAttempt: String?
        let who: String
    }

    /// One order, fetched at 203; 184 is dead.
    private func night() async throws -> Installation {
        let installation = try await Installation.make(203)
        try await installation.addDeadSource(184)
        try await installation.order(Installation.person1)
        let run = try await installation.run("run")
        try #require(run.status == 3)
        return installation
    }

    @Test("entries are shown with masked persons, or without, and as JSON")
    func show() async throws {
        let installation = try await night()
        let text = try await installation.run("log")
        #expect(text.status == 0 && text.errors.isEmpty)
        #expect(text.lines.first?.hasPrefix("at ") == true && text.lines.count == 4)
        #expect(text.output.contains(/\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +ordered +1 +015361 \*{5}\s/))
        #expect(text.output.contains(/source_failed .* 184 UiB +unreachable +\d\d\.\d\d\.\d{4} .* 1 order:\s/))
        let free = try await installation.run("log", "--person-free")
        #expect(free.lines.count == 4 && !free.output.contains("015361"))
        let entries = try await installation.run("log", "--json").json([Entry].self)
        #expect(Set(entries.map(\.event)) == ["ordered", "fetched", "source_failed"])
        #expect(entries.first { $0.event == "fetched" }?.person == Installation.masked1)
        #expect(entries.first { $0.event == "source_failed" }?.nextAttempt != nil)
        let jsonFree = try await installation.run("log", "--json", "--person-free").json([Entry].self)
        #expect(jsonFree.count == 3 && jsonFree.allSatisfy { $0.person == nil })
    }

    @Test(
        "what is looked for is found",
        arguments: [
            (["--order", "1"], 3), (["--order", "2"], 0), (["--institution", "184"], 1), (["--institution", "216"], 1),
            (["--outcome", "unreachable"], 1), (["--event", "ordered"], 1), (["--since", "1h"], 3),
            (["--until", "1h"], 0), (["--since", "2020-01-01 12:00", "--until", "2020-01-02"], 0),
            (["--event", "fetched", "--institution", "203", "--order", "1", "--since", "2d"], 1),
            (["--limit", "2"], 2),
        ])
    func find(words: [String], count: Int) async throws {
        let installation = try await LogNight.shared.installation { try await night() }
        let found = try await installation.start(["log", "--json"] + words).finished()
        #expect(found.status == 0)
        #expect(try found.json([Entry].self).count == count)
        if count == 0 { #expect(try await installation.start(["log"] + words).finished().output == "no entries\n") }
    }

    @Test("a source that is not there is told", arguments: [["log", "--institution", "999"]])
    func unknown(words: [String]) async throws {
        let finished = try await Installation.untouched().start(words).finished()
        #expect(finished.status == 1)
        #expect(finished.errors.contains("no source has the number 999"))
    }

    @Test("--follow shows what is written, and ends with 0 on TERM and INT", arguments: [SIGTERM, SIGINT])
    func follow(signal: Int32) async throws {
        let installation = try await Installation.make(203)
        try await installation.order(Installation.person1)
        let log = try installation.start(["log", "--follow"])
        let json = try installation.start(["log", "--follow", "--json", "--event", "completed"])
        try await log.prints("ordered  order 1  015361 *****")
        #expect(try await installation.run("run").status == 0)
        try await log.prints("fetched  order 1  015361 *****  203 HVL  fetched")
        try await log.prints("completed  order 1")
        try await json.prints("\n")
        for command in [log, json] { command.send(signal) }
        for command in [log, json] {
            let finished = try await command.finished()
            #expect(finished.status == 0 && finished.errors.isEmpty)
        }
        #expect(json.printed.split(separator: "\n").count == 1)
        let entry = try JSONDecoder().decode(Entry.self, from: Data(json.printed.utf8))
        #expect(entry.event == "completed" && entry.order == 1)
    }

    @Test("--follow ends when nobody reads any more")
    func pipe() async throws {
        let installation = try await Installation.make(203)
        try await installation.order(Installation.person1)
        let words = ["sh", "-c", "\(try Command.program) log --follow | head -n 1"]
        let piped = try Command(words, environment: try installation.environment)
        try await piped.prints("ordered")
        try await installation.must("run")
        #expect(try await piped.finished().status == 0)
    }

    @Test(
        "moments are days, days with a time, or ages",
        arguments: [
            ("2026-11-26", .local("2026-11-26")), ("2026-11-26 04:15", .local("2026-11-26 04:15")),
            ("2026-11-26T04:15:30", .local("2026-11-26T04:15:30")), ("90s", .ago(.seconds(90))),
            ("30min", .ago(.seconds(1800))), ("2h", .ago(.seconds(7200))), ("7d", .ago(.seconds(604_800))),
            ("2026-02-30", nil), ("2026-11-26 24:00", nil), ("2026-11-26 04:60", nil), ("yesterday", nil), ("2", nil),
            ("-2h", nil), ("2w", nil), ("", nil),
        ] as [(String, TransferLogSearch.Moment?)])
    func moments(text: String, moment: TransferLogSearch.Moment?) {
        #expect(TransferLogSearch.Moment(argument: text) == moment)
    }

    @Test("a run tells of each lane and of itself, one line each, as JSON and from info on as text")
    func lanes() async throws {
        let installation = try await Installation.make(203, 204)
        try await installation.order(Installation.person1)
        let json = try await installation.run("run", "--log-format", "json")
        #expect(json.status == 0)
        let lines = try json.errors.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
        }
        #expect(lines.map { $0["message"] } == ["lane ended", "lane ended", "run ended"])
        #expect(lines.map { $0["institution"] } == ["203", "204", nil])
        #expect(lines.allSatisfy { $0["run"] == "1" && $0["level"] == "info" && $0["message_id"]?.count == 32 })
        #expect(lines[0]["outcome"] == "done" && lines[0]["asked"] == "1" && lines[2]["completed"] == "1")
        let text = try await installation.run("run", "--log-level", "info")
        #expect(text.errors.contains(/info resutveksl: .*completed=0.* \[Worker\] run ended\n/))
        #expect(try await installation.run("run").errors.isEmpty)
    }
}

/// What all searches look at: it does not change.
private actor LogNight {
    static let shared = LogNight()
    private var made: Task<Installation, any Error>?

    func installation(_ make: @escaping @Sendable () async throws -> Installation) async throws -> Installation {
        let task = made ?? Task { try await make() }
        made = task
        return try await task.value
    }
}
