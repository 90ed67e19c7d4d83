import Foundation
import Testing

/// `demo`: the routine from the order to its completion.
@Suite struct DemoTests {
    private func output() async throws -> String { try await DemoRun.shared.record().finished.output }

    /// The part under a heading that begins so.
    private func parts(_ heading: String) async throws -> [Substring] {
        try await output().split(separator: "\n== ").filter { $0.hasPrefix(heading) }
    }

    @Test("it ends with 0, has nothing to complain about, and draws no bar in a pipe")
    func ends() async throws {
        let finished = try await DemoRun.shared.record().finished
        #expect(finished.status == 0)
        #expect(finished.errors.isEmpty)
        #expect(!finished.output.contains("█"))
    }

    @Test("both test persons are ordered for, as the screen shows it")
    func orders() async throws {
        let text = try await output()
        #expect(
            text.contains(
                /Testperson1 015361 \*{5}, case 2026\/1001:  ☑ Bestilt \d\d\.\d\d\.\d{4} \d\d:\d\d  order \d+/))
        #expect(
            text.contains(
                /Testperson2 195883 \*{5}, case 2026\/1002:  ☑ Bestilt \d\d\.\d\d\.\d{4} \d\d:\d\d  order \d+/))
        #expect(text.contains("and 23 more orders"))
    }

    @Test("RES-100 stands under 216 for Testperson1, and RES-OAL under 214 for Testperson2")
    func results() async throws {
        let tabs = try await parts("Person eksternstudium, tab Resultater: ")
        #expect(tabs.count == 2)
        #expect(tabs.first?.contains("Testperson1\n") == true && tabs.last?.contains("Testperson2\n") == true)
        #expect(tabs.first?.contains(/\n +216 HiSF +Emne +RES-100 .*2014 HØST +10 +B/) == true)
        #expect(tabs.last?.contains(/\n +214 HiNT +Emne +RES-OAL .*2014 VÅR +7\.5 +C/) == true)
        for tab in tabs {
            #expect(tab.contains(/184 +UiB +unreachable/))
            #expect(tab.contains(/201 +UiA +unreachable/))
            #expect(tab.contains(/190 +MF +reserved/))
        }
    }

    @Test("a run over some fifty sources takes less than a minute")
    func minute() async throws {
        let runs = try await output().matches(of: /orders, (\d+) sources, .* ([0-9.]+) s, \d+ orders\/s/)
        let first = try #require(runs.first)
        #expect(try #require(Int(first.1)) >= 45)
        for run in runs { #expect(try #require(Double(run.2)) < 60) }
    }

    @Test("two sources are logged as unreachable, with the reason, and one as reserved")
    func log() async throws {
        let log = try #require(try await parts("What was logged about sources").first)
        let lines = log.split(separator: "\n").filter { $0.hasPrefix("  source_") }
        #expect(lines.count == 3)
        for source in ["184", "201"] {
            let line = lines.first { $0.contains(" \(source) ") }
            #expect(line?.contains(/source_failed +\d+ +unreachable +25 .* failed: No such file or directory/) == true)
        }
        #expect(lines.contains { $0.contains(/source_closed +190 +reserved +25/) })
    }

    @Test("the next attempt is tomorrow at the time of day of the run")
    func tomorrow() async throws {
        let record = try await DemoRun.shared.record()
        var calendar = Calendar(identifier: .gregorian)
        let zone = try #require(TimeZone(identifier: "Europe/Oslo"))
        calendar.timeZone = zone
        let format = DateFormatter()
        format.dateFormat = "dd.MM.yyyy HH:mm"
        format.timeZone = zone
        var expected: Set<String> = []
        for moment in stride(from: record.began, through: record.ended.addingTimeInterval(60), by: 60) {
            let next = try #require(calendar.date(byAdding: .day, value: 1, to: min(moment, record.ended)))
            expected.insert(format.string(from: next))
        }
        let run = try #require(try await parts("resutveksl run").first)
        let attempts = run.matches(of: /next attempt (\d\d\.\d\d\.\d{4} \d\d:\d\d)/).map { String($0.output.1) }
        #expect(attempts.count == 2)
        #expect(expected.isSuperset(of: attempts))
        #expect(record.finished.output.matches(of: /\n  due (\d\d\.\d\d\.\d{4} \d\d:\d\d)/).count == 2)
    }

    @Test("after the re-queue in SQL every order is completed, and no source is down any more")
    func completion() async throws {
        let runs = try await parts("resutveksl run")
        #expect(runs.count == 2)
        #expect(runs.first?.contains("0 completed, 25 awaiting retry") == true)
        let text = try await output()
        #expect(text.contains("resutveksl=# UPDATE resutveksl.orders SET state = 'ordered', due_at = now()"))
        #expect(text.contains("\n  UPDATE 25\n"))
        let second = try #require(runs.last)
        #expect(second.contains("25 completed, 0 awaiting retry"))
        #expect(!second.contains("unreachable"))
        #expect(second.matches(of: /Order \d+ for \d{6} \*{5}, approval_case: completed/).count == 2)
        #expect(second.contains("All 25 orders are completed."))
    }

    @Test("at its end no process and no folder is left")
    func nothingLeft() async throws {
        let record = try await DemoRun.shared.record()
        #expect(record.folders.count == 2)
        #expect(record.processesLeft == [])
        #expect(record.foldersLeft == [])
    }
}
