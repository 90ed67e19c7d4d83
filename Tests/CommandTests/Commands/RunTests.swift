import Testing

/// `run`: what it prints and how it ends.
@Suite struct RunTests {
    private struct Report: Decodable {
        struct Source: Decodable {
            let source: Int
            let acronym: String
            let outcome: String
            let reason: String?
            let orders: Int
            let nextAttempt: String?
        }
        let orders: Int
        let completed: Int
        let awaitingRetry: Int
        let sources: Int
        let questions: Int
        let rows: Int
        let seconds: Double
        let failed: [Source]
        let closed: [Source]
    }

    @Test("a run prints orders, sources, rows, questions, seconds and orders per second, in plain lines")
    func report() async throws {
        let installation = try await Installation.make(203, 204)
        for person in [Installation.person1, Installation.person2] { try await installation.order(person) }
        let finished = try await installation.run("run")
        #expect(finished.status == 0)
        let first = /2 orders, 2 sources, 2 rows imported, 2 questions, \d+\.\d s, \d+ orders\/s/
        #expect(finished.lines.first?.wholeMatch(of: first) != nil)
        #expect(finished.lines.dropFirst() == ["2 completed, 0 awaiting retry"])
        #expect(finished.errors.isEmpty)
        let idle = try await installation.run("run")
        #expect(idle.status == 0)
        #expect(idle.output.hasPrefix("0 orders, 0 sources, 0 rows imported"))
    }

    @Test("a source that is down ends the run with 3, and it says why and when it is tried again")
    func incomplete() async throws {
        let installation = try await Installation.make(203)
        try await installation.addDeadSource(184)
        try await installation.order(Installation.person1)
        let finished = try await installation.run("run")
        #expect(finished.status == 3)
        #expect(finished.lines.contains("0 completed, 1 awaiting retry"))
        #expect(
            finished.output.contains(
                /184 UiB: unreachable: .*127\.0\.0\.1.*\n    1 order, next attempt \d\d\.\d\d\.\d{4}/))
        #expect(finished.errors.contains("institution=184"))
        let tomorrow = try await installation.value(
            """
            SELECT (due_at AT TIME ZONE 'Europe/Oslo')::date - (ordered_at AT TIME ZONE 'Europe/Oslo')::date
            FROM resutveksl.orders
            """)
        #expect(tomorrow == "1")
    }

    @Test("--json is one document on standard output and nothing else")
    func json() async throws {
        let installation = try await Installation.make(203, 190)
        try await installation.addDeadSource(184)
        try await installation.at(190, "UPDATE fs.modulvalg_egenskap SET status_aktiv = 'J'")
        try await installation.order(Installation.person1)
        let finished = try await installation.run("run", "--json")
        #expect(finished.status == 3)
        let report = try finished.json(Report.self)
        #expect(report.orders == 1 && report.completed == 0 && report.awaitingRetry == 1)
        #expect(report.sources == 3 && report.questions == 1 && report.rows == 1 && report.seconds > 0)
        #expect(report.failed.map(\.source) == [184] && report.failed.map(\.outcome) == ["unreachable"])
        #expect(report.failed.first?.reason?.contains("127.0.0.1") == true)
        #expect(report.failed.first?.nextAttempt != nil)
        #expect(report.closed.map(\.source) == [190] && report.closed.map(\.outcome) == ["reserved"])
    }

    @Test("without an own institution, or without a source, the run ends with 78 and says what to set")
    func notSetUp() async throws {
        let installation = try await Installation.unset()
        let own = try await installation.run("run", "--json")
        #expect(own.status == 78)
        #expect(own.errors.contains("resutveksl setting set own_institution"))
        #expect(own.output.isEmpty)
        try await installation.must("setting", "set", "own_institution", "215")
        let source = try await installation.run("run")
        #expect(source.status == 78)
        #expect(source.errors.contains("resutveksl source add"))
    }

    @Test("on a terminal there is a bar over the sources, and the log does not run into it")
    func bar() async throws {
        let installation = try await Installation.make(203)
        try await installation.addDeadSource(184)
        try await installation.order(Installation.person1)
        let finished = try await installation.startOnTerminal("run").finished()
        #expect(finished.status == 3)
        let text = finished.output.replacing("\r\n", with: "\n")
        #expect(text.contains("\r█") || text.contains("\r░"))
        #expect(text.contains("█ 2/2 sources, 1 failed, 1 order, 1 row\u{1B}[K\n"))
        #expect(text.contains(/\n[^█\n]*warning[^█\n]*institution=184/))
        #expect(text.contains(/\n1 order, 2 sources, 1 row imported/))
        let piped = try await installation.run("run")
        #expect(!(piped.output + piped.errors).contains("█"))
    }
}
