import Foundation
import Testing

/// `report`: what cron mails.
@Suite struct ReportTests {
    private struct Document: Decodable {
        struct Line: Decodable {
            let section: String
            let news: Bool
            let institution: Int?
            let acronym: String?
            let outcome: String?
            let reason: String?
            let orders: Int?
            let items: Int?
            let at: String?
        }
        let institution: Int?
        let since: String
        let lines: [Line]
    }

    @Test("where all is well it says nothing at all, and ends with 0")
    func silent() async throws {
        let installation = try await Installation.make(203)
        try await installation.order(Installation.person1)
        try await installation.must("run")
        for since in ["24h", "yesterday", "today", "7d", "2020-01-01"] {
            let finished = try await installation.run("report", "--since", since)
            #expect(finished.status == 0 && finished.output.isEmpty && finished.errors.isEmpty, "\(since)")
        }
    }

    @Test("a page says what failed, what was given up, held and refused, who shares nothing, and what changed")
    func page() async throws {
        let installation = try await Installation.make(203, 190)
        try await installation.addDeadSource(184)
        try await installation.at(190, "UPDATE fs.modulvalg_egenskap SET status_aktiv = 'J'")
        try await installation.order(Installation.person1)
        #expect(try await installation.run("run").status == 3)
        try await installation.must("person", "add", "--person", Installation.person2)
        try await installation.must("acceptance", "set", "N", "--person", Installation.person2)
        _ = try await installation.run("order", "place", "--person", Installation.person2)
        let page = try await installation.run("report")
        #expect(page.status == 0)
        #expect(
            page.lines.first?.wholeMatch(
                of: /Resultatutveksling at 215 OsloMet, \d\d\.\d\d\.\d{4} \d\d:\d\d to \d\d\.\d\d\.\d{4} \d\d:\d\d/)
                != nil)
        #expect(page.output.contains(#/  184 +UiB +unreachable +1 +\d\d\.\d\d\.\d{4} \d\d:\d\d +.*127\.0\.0\.1/#))
        #expect(page.output.contains(#/  190 +MF +reserved +\d\d\.\d\d\.\d{4}/#))
        #expect(page.output.contains(#/  refused +1 /#))
        #expect(!page.output.contains("015361") && !page.output.contains("195883"))

        try await installation.own(
            """
            SELECT resutveksl.hold((SELECT min(order_number) FROM resutveksl.orders), 'Kari har ringt');
            UPDATE resutveksl.transfers SET outcome = 'given_up', next_attempt = NULL, settled_at = now()
            WHERE source = 184
            """)
        let later = try await installation.run("report")
        #expect(later.output.contains(#/Given up.*\n.*\n  184 +UiB +1 /#))
        #expect(later.output.contains("by hand: 1 order, 1 of them since then"))
        #expect(!later.output.contains("Kari"))
        #expect(!later.output.contains("Could not be fetched"))
    }

    @Test("changed results are counted by institution and kind")
    func changed() async throws {
        let installation = try await Installation.make(203)
        try await installation.order(Installation.person1)
        try await installation.must("run")
        try await installation.at(203, "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 62")
        try await installation.own("UPDATE resutveksl.orders SET state = 'ordered'")
        try await installation.must("run")
        let change = try #require(
            try await installation.value("SELECT kind FROM resutveksl.result_changes LIMIT 1"))
        let report = try await installation.run("report", "--json").json(Document.self)
        #expect(report.institution == 215)
        let line = try #require(report.lines.first)
        #expect(report.lines.count == 1)
        #expect(line.section == "changed" && line.news && line.outcome == change)
        #expect(line.items == 1 && line.orders == 1)
        let text = try await installation.run("report").output
        #expect(text.contains(/institution +acronym +added +changed +missing +returned\n  \d+ +\S+ +\d/))
    }

    @Test("orders that nobody has fetched for since before the report's time are told")
    func overdue() async throws {
        let installation = try await Installation.make(203)
        try await installation.order(Installation.person1)
        #expect(try await installation.run("report").output.isEmpty)
        try await installation.own("UPDATE resutveksl.orders SET due_at = now() - interval '2 days'")
        #expect(try await installation.run("report").output.contains("nobody has fetched for 1 order since"))
    }

    @Test("what happened earlier is no news")
    func earlier() async throws {
        let installation = try await Installation.make(203)
        try await installation.addDeadSource(184)
        try await installation.order(Installation.person1)
        #expect(try await installation.run("run").status == 3)
        try await installation.own("UPDATE resutveksl.transfers SET settled_at = now() - interval '3 hours'")
        #expect(try await installation.run("report", "--since", "2h").output.isEmpty)
        #expect(try await installation.run("report", "--since", "4h").output.contains("184"))
    }

    @Test("what is no moment, or lies ahead, is refused with 64", arguments: ["banana", "tomorrow", "24 moons", ""])
    func wrong(since: String) async throws {
        let finished = try await Installation.untouched().run("report", "--since", since)
        #expect(finished.status == 64)
        #expect(finished.errors.contains("--since"))
        #expect(finished.output.isEmpty)
    }

    @Test("a site's hook is given the report on standard input, and only when there is one")
    func hook() async throws {
        let installation = try await Installation.make(203)
        let folder = FileManager.default.temporaryDirectory.appending(path: "hook-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let hook = folder.appending(path: "on-report").path()
        let script = UnitFolder.repository.appending(path: "ops/report").path()
        func report(hook: String) async throws -> Finished {
            let own = ["RESUTVEKSL_PROGRAM": try Command.program, "RESUTVEKSL_REPORT_HOOK": hook]
            return try await Command(
                ["sh", script, "resutveksl-report@203"], environment: installation.environment.merging(own) { $1 }
            ).finished()
        }
        try Data("#!/bin/sh\necho \"told of $1: $(cat | head -1)\"\n".utf8).write(to: URL(filePath: hook))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
        let quiet = try await report(hook: hook)
        #expect(quiet.status == 0 && quiet.output.isEmpty)
        try await installation.order(Installation.person1)
        try await installation.own("UPDATE resutveksl.orders SET due_at = now() - interval '2 days'")
        #expect(
            try await report(hook: hook).output.hasPrefix("told of resutveksl-report@203: Resultatutveksling at 215"))
        #expect(try await report(hook: folder.path() + "/none").output.contains("Overdue"))
        try Data("#!/bin/sh\nexit 7\n".utf8).write(to: URL(filePath: hook))
        #expect(try await report(hook: hook).status == 7)
    }
}
