import Testing

/// `order place`, `order list` and `order show`.
@Suite struct OrderTests {
    private struct Placed: Decodable {
        let order: Int
        let state: String
        let isNew: Bool
        let message: String
    }

    private struct Entry: Decodable {
        let order: Int
        let person: String
        let purpose: String
        let reference: String?
        let orderedBy: String
        let state: String
        let refusal: String?
        let newResults: Int
    }

    private struct Shown: Decodable {
        struct Source: Decodable {
            let source: Int
            let outcome: String
        }
        let order: Entry
        let sources: [Source]
    }

    @Test("an order answers as the screen does, and ordering again answers with the same order")
    func placed() async throws {
        let installation = try await Installation.make(203)
        try await installation.must("person", "add", "--person", Installation.person1)
        try await installation.must("acceptance", "set", "J", "--person", Installation.person1)
        let first = try await installation.run(
            "order", "place", "--person", Installation.person1, "--purpose", "approval_case", "--reference",
            "2026/1234",
            "--ordered-by", "anna")
        #expect(first.status == 0)
        #expect(first.output.wholeMatch(of: /Bestilt \d\d\.\d\d\.\d{4} \d\d:\d\d  order 1\n/) != nil)
        let at = try await installation.value(
            "SELECT to_char(ordered_at AT TIME ZONE 'Europe/Oslo', 'DD.MM.YYYY HH24:MI') FROM resutveksl.orders")
        #expect(first.output == "Bestilt \(at ?? "")  order 1\n")
        let open = "Bestilt \(at ?? "") and still open: order 1 is waiting to be fetched"
        let second = try await installation.run("order", "place", input: Installation.person1)
        #expect(second.status == 0)
        #expect(second.output == open + "\n")
        let third = try await installation.run("order", "place", "--json", input: Installation.person1).json(
            Placed.self)
        #expect(third.order == 1 && !third.isNew && third.state == "ordered" && third.message == open)

        let shown = try await installation.run("order", "show", "1", "--json").json(Shown.self).order
        #expect(shown.person == Installation.masked1 && shown.purpose == "approval_case")
        #expect(shown.reference == "2026/1234" && shown.orderedBy == "anna" && shown.state == "ordered")
    }

    @Test("after an N the order is refused: exit code 1, and it says why")
    func refused() async throws {
        let installation = try await Installation.make(203)
        try await installation.must("person", "add", "--person", Installation.person1)
        try await installation.must("acceptance", "set", "N", "--person", Installation.person1)
        let finished = try await installation.run("order", "place", "--person", Installation.person1)
        #expect(finished.status == 1)
        #expect(finished.output.hasPrefix("Refused: the person has answered no"))
        let json = try await installation.run("order", "place", "--json", "--person", Installation.person1)
        #expect(json.status == 1)
        let placed = try json.json(Placed.self)
        #expect(placed.state == "refused" && placed.isNew)
        let shown = try await installation.run("order", "show", "\(placed.order)")
        #expect(shown.output.contains(": refused\n"))
        #expect(shown.output.contains("The person has refused that results are fetched."))
    }

    @Test("an order for an unknown person is an error that says how to register one")
    func unknownPerson() async throws {
        let installation = try await Installation.make(203)
        let finished = try await installation.run("order", "place", "--person", Installation.person2)
        #expect(finished.status == 1)
        #expect(finished.errors.contains("no person with this number is known here"))
        #expect(finished.errors.contains("resutveksl person add"))
        #expect(try await installation.run("order", "list").output == "no orders\n")
    }

    @Test("orders are listed newest first, in one state or all, and never more than the limit")
    func list() async throws {
        let installation = try await Installation.make(203)
        #expect(try await installation.run("order", "list", "--json").output == "[]\n")
        for person in [Installation.person1, Installation.person2] {
            try await installation.must("person", "add", "--person", person)
        }
        try await installation.must("acceptance", "set", "J", "--person", Installation.person1)
        try await installation.must("order", "place", "--person", Installation.person1)
        try await installation.must("acceptance", "set", "N", "--person", Installation.person2)
        #expect(try await installation.run("order", "place", "--person", Installation.person2).status == 1)

        let all = try await installation.run("order", "list").lines
        #expect(all.first?.hasPrefix("order  person") == true)
        #expect(all.dropFirst().map { $0.prefix(1) } == ["2", "1"])
        #expect(all.dropFirst().first?.contains("195883 *****  refused") == true)
        let ordered = try await installation.run("order", "list", "--state", "ordered", "--json").json([Entry].self)
        #expect(ordered.map(\.order) == [1] && ordered.map(\.person) == [Installation.masked1])
        let limited = try await installation.run("order", "list", "--limit", "1", "--json").json([Entry].self)
        #expect(limited.map(\.order) == [2] && limited.map(\.refusal) == ["refused"])
        #expect(try await installation.run("order", "list", "--state", "fetching").output == "no orders\n")
    }

    @Test("an order shows what became of it at each source; where nothing was found, only with --all")
    func show() async throws {
        let installation = try await Installation.make(203, 204)
        try await installation.addDeadSource(184)
        try await installation.addSource(190)
        try await installation.at(190, "UPDATE fs.modulvalg_egenskap SET status_aktiv = 'J'")
        try await installation.order(Installation.person1)
        let waiting = try await installation.run("order", "show", "1")
        #expect(waiting.lines.first == "Order 1 for \(Installation.masked1), external_study: ordered")
        #expect(waiting.output.contains(/203 +HVL +waiting/))

        #expect(try await installation.run("run").status == 3)
        let shown = try await installation.run("order", "show", "1")
        #expect(shown.status == 0)
        #expect(shown.output.contains(": awaiting_retry\n"))
        #expect(shown.output.contains(/184 +UiB +unreachable +1 +\d\d\.\d\d\.\d{4} \d\d:\d\d .*127\.0\.0\.1/))
        #expect(shown.output.contains(/190 +MF +reserved .*The institution has reserved itself/))
        #expect(shown.output.contains(/203 +HVL +fetched +1 +1 new/))
        #expect(!shown.output.contains(" Nord "))
        #expect(shown.output.hasSuffix("nothing found at 1 source\n"))
        let all = try await installation.run("order", "show", "1", "--all")
        #expect(all.output.contains(/204 +Nord +nothing/))
        #expect(!all.output.contains("nothing found at"))

        let json = try await installation.run("order", "show", "1", "--json").json(Shown.self)
        #expect(json.sources.map(\.source) == [184, 190, 203, 204])
        #expect(json.sources.map(\.outcome) == ["unreachable", "reserved", "fetched", "nothing"])
        #expect(json.order.newResults == 1)
    }

    @Test("an unknown order is an error that says where they are listed")
    func unknownOrder() async throws {
        let finished = try await Installation.make(203).run("order", "show", "99")
        #expect(finished.status == 1)
        #expect(finished.errors.contains("there is no order 99"))
        #expect(finished.errors.contains("resutveksl order list"))
    }
}
