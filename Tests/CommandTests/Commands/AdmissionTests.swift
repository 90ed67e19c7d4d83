import Testing

/// `admission add`, `list`, `close` and `refresh`.
@Suite struct AdmissionTests {
    private struct Entry: Decodable {
        let admission: String
        let name: String?
        let state: String
        let opens: String
        let closes: String
        let weekday: String
        let time: String
        let applications: Int
        let waiting: Int
        let nextRefresh: String?
    }

    private struct Refreshed: Decodable {
        let admission: String
        let orders: Int
        let leftOver: Int
    }

    @Test("an admission is registered with Friday 18:00 unless it says otherwise, listed, and closed")
    func registered() async throws {
        let installation = try await Installation.make(203)
        #expect(try await installation.must("admission", "list").output.hasPrefix("no admissions."))
        let added = try await installation.must(
            "admission", "add", "M27", "--name", "Master 2027", "--closes", "9999-06-30")
        #expect(added.output.contains(/^admission M27 registered; first refresh \d\d\.\d\d\.\d{4} 18:00\n/))
        try await installation.must(
            "admission", "add", "B", "--opens", "9998-01-01", "--closes", "9998-01-06", "--weekday", "monday", "--time",
            "07:30")
        let entries = try await installation.must("admission", "list", "--json").json([Entry].self)
        #expect(entries.map(\.admission) == ["M27", "B"])
        #expect(entries.map(\.state) == ["open", "not yet open"])
        #expect(entries.map(\.weekday) == ["friday", "monday"])
        #expect(entries.map(\.time) == ["18:00", "07:30"])
        #expect(entries.last?.nextRefresh == "05.01.9998 07:30")
        let table = try await installation.must("admission", "list").output
        #expect(table.contains("Master 2027") && table.contains("next refresh"))

        let twice = try await installation.run("admission", "add", "M27", "--closes", "9999-06-30")
        #expect(twice.status == 1 && twice.errors.contains("admission M27 exists already"))
        let backwards = try await installation.run(
            "admission", "add", "X", "--opens", "2027-02-01", "--closes", "2027-01-01")
        #expect(backwards.status == 1)
        #expect(backwards.errors.contains("admission X cannot close on 01.01.2027: it opens on 01.02.2027"))
        let over = try await installation.run("admission", "add", "OLD", "--closes", "2026-01-01")
        #expect(over.status == 1 && over.errors.contains("admission OLD cannot close on 01.01.2026: it opens on "))
        let blank = try await installation.run("admission", "add", "a b", "--closes", "9999-01-01")
        #expect(blank.status == 1 && blank.errors.contains("1 to 40 characters without blanks"))
        let long = try await installation.run(
            "admission", "add", "L", "--closes", "9999-01-01", "--name", String(repeating: "x", count: 201))
        #expect(long.status == 1 && long.errors.contains("at most 200 characters"))
        let early = try await installation.run("admission", "close", "M27", "--on", "2026-01-01")
        #expect(early.status == 1 && early.errors.contains("resutveksl admission close, without --on"))
        for refused in [backwards, over, blank, long, early] { #expect(!refused.errors.contains("constraint")) }

        try await installation.must("admission", "close", "M27")
        let line = "1;\(Installation.person1)\n"
        let late = try await installation.run("order", "place", "--from", "-", "--admission", "M27", input: line)
        #expect(late.status == 1 && late.errors.contains("admission M27 is closed"))
        #expect(try await installation.run("admission", "refresh", "--now", "M27").status == 1)
        #expect(
            try await installation.must("admission", "close", "M27", "--on", "9999-07-01").output
                == "admission M27 closes on 9999-07-01\n")
        #expect(try await installation.must("admission", "list", "--json").json([Entry].self).first?.state == "open")
        let unknown = try await installation.run("admission", "close", "nothing")
        #expect(unknown.status == 1 && unknown.errors.contains("there is no admission nothing"))
    }

    @Test("a refresh queues what is due and nothing else; a run then fetches it")
    func refreshed() async throws {
        let installation = try await Installation.make(203)
        try await installation.must("admission", "add", "M27", "--closes", "9999-06-30")
        let placed = try await installation.run(
            "order", "place", "--from", "-", "--admission", "M27", "--consent", "Søknadsweb",
            input: "1;\(Installation.person1)\n2;\(Installation.person2)\n")
        #expect(placed.output == "2 orders placed, numbers 1 to 2\n")
        try await installation.must("run")
        let nothing = try await installation.must("admission", "refresh")
        #expect(nothing.output == "no admission is due for its refresh\n")

        // As if the applications had come in last week, and the moment were a minute ago.
        try await installation.own(
            """
            UPDATE resutveksl.admission_orders SET added_at = now() - interval '8 days';
            UPDATE resutveksl.admissions SET opens_on = opens_on - 8,
                refresh_weekday = extract(isodow FROM (now() - interval '1 minute') AT TIME ZONE 'Europe/Oslo'),
                refresh_at = ((now() - interval '1 minute') AT TIME ZONE 'Europe/Oslo')::time
            """)
        let due = try await installation.must("admission", "refresh")
        #expect(due.output.contains(/^admission M27: 2 orders ordered again, due \d\d\.\d\d\.\d{4} \d\d:\d\d\n$/))
        #expect(try await installation.must("admission", "refresh").output == nothing.output)
        let entry = try #require(
            try await installation.must("admission", "list", "--json").json([Entry].self).first)
        #expect((entry.applications, entry.waiting) == (2, 2))
        try await installation.must("run")
        let now = try await installation.must("admission", "refresh", "--now", "M27", "--json").json([Refreshed].self)
        #expect(now.map(\.orders) == [2] && now.first?.leftOver == 0)
        try await installation.must("run")
        #expect(
            try await installation.value("SELECT sum(asked) FROM resutveksl.run_sources") == "6",
            "each applicant was asked about three times")
    }
}
