import DevCluster
import Exchange
import Postgres
import Store
import Testing

/// Orders for many applicants at once.
@Suite struct OrderListTests {
    private static let applicants = ExampleApplicants(count: 10_000, badCount: 25)

    private func consenting() -> OrderListOptions {
        var options = OrderListOptions()
        options.consentChannel = .soknadsweb
        return options
    }

    private func counts(_ playground: Playground) async throws -> [String?] {
        var counts: [String?] = []
        for table in ["orders", "persons", "acceptances", "admission_orders"] {
            counts.append(try await playground.value("SELECT count(*) FROM resutveksl.\(table)"))
        }
        return counts
    }

    /// The persons of the bad lines for whom it takes an answer.
    private func answerNo(_ playground: Playground) async throws {
        for digits in Self.applicants.refusing {
            let number = try PersonNumber(digits)
            _ = try await playground.store.addPerson(number, givenName: nil, familyName: nil)
            try await playground.store.setAcceptance(
                of: number, answer: .no, on: nil, channel: .studentweb, type: .resultatutveks)
        }
    }

    @Test("10,000 applicants with 25 bad lines: 9,975 orders, and each bad line is refused by its number")
    func manyLines() async throws {
        let playground = try await Playground.make(203)
        try await answerNo(playground)
        try await playground.store.addAdmission(
            "M27", name: nil, opensOn: nil, closesOn: try #require(CalendarDay("9999-01-01")), weekday: nil, time: nil)
        var options = consenting()
        options.admission = "M27"
        let list = ApplicantList(Self.applicants.file)
        let lines = try await playground.store.placeOrders(list, options: options)

        let refused = lines.filter { $0.outcome == .refused }
        #expect(refused.map(\.line) == Self.applicants.bad.map(\.line))
        for (line, bad) in zip(refused, Self.applicants.bad) {
            #expect(line.reason?.contains(bad.reason) == true, "line \(line.line): \(line.reason ?? "")")
            #expect(line.reason?.contains(/[0-9]{6}/) == false)
            #expect(line.application == nil && line.order == nil)
        }
        #expect(lines.count { $0.outcome == .ordered } == 9975)
        #expect(lines.count == 10_000)
        #expect(try await counts(playground) == ["9975", "9976", "9976", "9975"])
        #expect(
            try await playground.value(
                "SELECT count(*) FROM resutveksl.orders WHERE purpose = 'application' AND reference ~ '^2[0-9]{6}$'")
                == "9975")
        // Numbered in the order of the list, and none used up in vain.
        #expect(lines.compactMap { $0.order?.rawValue } == Array(1...9975))

        let again = try await playground.store.placeOrders(list, options: options)
        #expect(again.count { $0.outcome == .open } == 9975)
        #expect(try await counts(playground) == ["9975", "9976", "9976", "9975"])
        let next = try await playground.order(Playground.person1)
        #expect(next.rawValue == 9976, "ordering again used up order numbers")
    }

    @Test("all or nothing: one bad line, and nothing is taken", arguments: [true, false])
    func allOrNothing(isBroken: Bool) async throws {
        let playground = try await Playground.make(203)
        let text =
            "1;\(Playground.person1)\n" + (isBroken ? "2;x;y\n" : "1;\(Playground.person1)\n")
            + "3;\(Playground.person2)\n"
        var options = consenting()
        options.allOrNothing = true
        let lines = try await playground.store.placeOrders(ApplicantList(Array(text.utf8)), options: options)
        #expect(lines.map(\.outcome) == [.notTaken, .refused, .notTaken])
        #expect(try await counts(playground) == ["0", "0", "0", "0"])
        let good = ApplicantList(Array("1;\(Playground.person1)\n3;\(Playground.person2)\n".utf8))
        #expect(try await playground.store.placeOrders(good, options: options).map(\.outcome) == [.ordered, .ordered])
        #expect(try await counts(playground) == ["2", "2", "2", "0"])
    }

    @Test("a dry run tells what would become of each line, and writes nothing")
    func dryRun() async throws {
        let playground = try await Playground.make(203)
        try await playground.order(Playground.person1)
        var options = consenting()
        options.isDryRun = true
        let list = ApplicantList(Array("1;\(Playground.person1)\n2;x\n3;\(Playground.person2)\n".utf8))
        let lines = try await playground.store.placeOrders(list, options: options)
        #expect(lines.map(\.outcome) == [.open, .refused, .ordered])
        #expect(lines.map { $0.order?.rawValue } == [1, nil, nil])
        #expect(try await counts(playground) == ["1", "1", "1", "0"])
    }

    @Test("consent: a list that is none needs registered answers; one that is never overrules an N, nor a newer J")
    func consent() async throws {
        let playground = try await Playground.make(203)
        let list = ApplicantList(Array("1;\(Playground.person1)\n2;\(Playground.person2)\n".utf8))
        let without = try await playground.store.placeOrders(list, options: OrderListOptions())
        #expect(without.map(\.outcome) == [.refused, .refused])
        #expect(without.first?.reason?.contains("every institution requires consent") == true)
        #expect(try await counts(playground) == ["0", "0", "0", "0"])

        _ = try await playground.store.addPerson(
            try PersonNumber(Playground.person1), givenName: nil, familyName: nil)
        try await playground.store.setAcceptance(
            of: try PersonNumber(Playground.person1), answer: .no, on: CalendarDay("2020-01-01"), channel: .studentweb,
            type: .resultatutveks)
        var options = consenting()
        options.consentChannel = .samordnaOpptak
        options.consentedOn = CalendarDay("2025-04-15")
        let with = try await playground.store.placeOrders(list, options: options)
        #expect(with.map(\.outcome) == [.refused, .ordered])
        let answers =
            "SELECT string_agg(answer || ' ' || answered_on || ' ' || channel, ', ' ORDER BY person_id) FROM resutveksl.acceptances"
        #expect(
            try await playground.value(answers) == "N 2020-01-01 Studentweb, J 2025-04-15 Samordna opptak")
        options.consentedOn = CalendarDay("2025-03-01")
        _ = try await playground.store.placeOrders(list, options: options)
        #expect(
            try await playground.value(answers) == "N 2020-01-01 Studentweb, J 2025-04-15 Samordna opptak")

        // One source that may be asked without an answer is enough.
        try await playground.own("UPDATE resutveksl.sources SET is_consent_required = false")
        let silent = PersonPool(count: 2).persons.enumerated().map { "\($0.offset);\($0.element.number.digits)\n" }
        let free = try await playground.store.placeOrders(
            ApplicantList(Array(silent.joined().utf8)), options: OrderListOptions())
        #expect(free.map(\.outcome) == [.ordered, .ordered])
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.acceptances") == "2")
    }

    @Test("only persons who are known, by choice; an earlier number of a person is that person")
    func persons() async throws {
        let playground = try await Playground.make(203)
        try await playground.addPerson(
            try PersonNumber(Playground.person1), earlier: try PersonNumber(Playground.person2))
        var options = consenting()
        options.registersPersons = false
        let unknown = try #require(PersonPool(count: 1).persons.first).number.digits
        let list = ApplicantList(Array("1;\(unknown)\n2;\(Playground.person2)\n3;\(Playground.person1)\n".utf8))
        let lines = try await playground.store.placeOrders(list, options: options)
        #expect(lines.map(\.outcome) == [.refused, .ordered, .open])
        #expect(lines.first?.reason == "no person with this number is known here")
        #expect(lines.last?.order == lines[1].order)
        #expect(try await counts(playground) == ["1", "1", "1", "0"])
    }

    struct Sharing: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Application number and which of the two test persons.
        let lines: [(String, Int)]
        /// `o` ordered, `=` open, `-` refused.
        let outcomes: String

        init(_ description: String, _ lines: [(String, Int)], _ outcomes: String) {
            testDescription = description
            self.lines = lines
            self.outcomes = outcomes
        }
    }

    static let sharing = [
        Sharing("a right line after two that are not", [("A1", 1), ("A1", 2), ("A2", 1), ("A2", 2)], "o--o"),
        Sharing("one person with two application numbers", [("A1", 1), ("A2", 1)], "o="),
        Sharing("with three, one of them twice", [("A1", 1), ("A2", 1), ("A3", 1), ("A2", 1)], "o==-"),
        Sharing("the same line twice", [("A1", 1), ("A1", 1)], "o-"),
        Sharing("two persons with one application number", [("A1", 1), ("A1", 2)], "o-"),
    ]

    @Test("a line yields only to one that is taken, and one person may have several applications", arguments: sharing)
    func shared(_ sharing: Sharing) async throws {
        let words: [ListedOrder.Outcome: Character] = [.ordered: "o", .open: "=", .refused: "-"]
        let playground = try await Playground.make(203)
        let text = sharing.lines.map { "\($0.0);\([Playground.person1, Playground.person2][$0.1 - 1])\n" }.joined()
        var options = consenting()
        for isDryRun in [true, false] {
            options.isDryRun = isDryRun
            let lines = try await playground.store.placeOrders(ApplicantList(Array(text.utf8)), options: options)
            #expect(String(lines.compactMap { words[$0.outcome] }) == sharing.outcomes)
            #expect(lines.allSatisfy { $0.outcome == .ordered || $0.reason != nil })
        }
        // In two lists the same.
        if sharing.outcomes == "o=" {
            let again = try await playground.store.placeOrders(ApplicantList(Array(text.utf8)), options: options)
            #expect(again.map(\.outcome) == [.open, .open])
        }
    }

    @Test("a line whose application number is another person's in the admission displaces no right one")
    func takenElsewhere() async throws {
        let playground = try await Playground.make(203)
        try await playground.store.addAdmission(
            "M27", name: nil, opensOn: nil, closesOn: try #require(CalendarDay("9999-01-01")), weekday: nil, time: nil)
        var options = consenting()
        options.admission = "M27"
        func place(_ text: String) async throws -> [ListedOrder] {
            try await playground.store.placeOrders(ApplicantList(Array(text.utf8)), options: options)
        }
        _ = try await place("A1;\(Playground.person1)\n")
        let lines = try await place("A1;\(Playground.person2)\nA2;\(Playground.person2)\n")
        #expect(lines.map(\.outcome) == [.refused, .ordered])
        #expect(lines.first?.reason == "the application number is another person's in this admission")
    }

    @Test(
        "an application number with a character in it that nobody sees is refused",
        arguments: ["\u{202E}", "\u{2066}", "\u{200B}", "\u{AD}", "\u{FEFF}", "\u{2028}"])
    func invisible(character: String) async throws {
        let playground = try await Playground.make(203)
        let text = "A1\(character)7;\(Playground.person1)\nÆ17–b;\(Playground.person2)\n"
        let lines = try await playground.store.placeOrders(ApplicantList(Array(text.utf8)), options: consenting())
        #expect(lines.map(\.outcome) == [.refused, .ordered])
        #expect(lines.first?.reason == "the application number has an invisible character in it")
    }

    @Test("two lists with the same persons in opposite order at once: each person is ordered for once, and none fails")
    func atOnce() async throws {
        let playground = try await Playground.make(203)
        let numbers = PersonPool(count: 400).persons.map(\.number.digits)
        func list(_ numbers: [String]) -> ApplicantList {
            ApplicantList(Array(numbers.enumerated().map { "\($0.offset);\($0.element)\n" }.joined().utf8))
        }
        let options = consenting()
        // Twice: with persons that are to be registered, and with persons that are known.
        for round in 1...2 {
            let placed = try await withThrowingTaskGroup(of: [ListedOrder].self) { group in
                for list in [list(numbers), list(numbers.reversed()), list(numbers), list(numbers.reversed())] {
                    group.addTask { try await playground.store.placeOrders(list, options: options) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(placed.count { $0.outcome == .ordered } == 400)
            #expect(placed.count { $0.outcome == .open } == 1200)
            #expect(try await counts(playground) == ["\(400 * round)", "400", "400", "0"])
            try await playground.own("UPDATE resutveksl.orders SET state = 'cancelled' WHERE state = 'ordered'")
        }
    }

    @Test("SQL is an equal way in: arrays or a query in, a row per line out")
    func sql() async throws {
        let playground = try await Playground.make(203)
        let rows = try await playground.value(
            """
            SELECT string_agg(concat_ws(' ', line, application_number, outcome, order_number, reason), '; ' ORDER BY line)
            FROM resutveksl.place_orders((SELECT array_agg(nr ORDER BY nr) FROM applied), (SELECT array_agg(fnr ORDER BY nr)
                FROM applied), consent_channel => 'Søknadsweb')
            """.replacing(
                "applied",
                with: "(VALUES ('A1', '\(Playground.person1)'), ('A2', '1536112185'), ('A3', NULL)) AS a (nr, fnr)"))
        #expect(
            rows == "1 A1 ordered 1; 2 refused the person number has ten digits: a leading zero was probably lost; "
                + "3 refused the person number is missing")
        for (call, part) in [
            ("ARRAY['1', '2'], ARRAY['3']", "do not make a list"),
            ("ARRAY['1'], ARRAY['2'], admission => 'M99'", "there is no admission M99"),
            ("ARRAY['1'], ARRAY['2'], consent_on => '2020-01-01'", "needs the channel"),
            ("ARRAY['1'], ARRAY['2'], consent_channel => 'post'", "One of Søknadsweb"),
            ("ARRAY['1'], ARRAY['2'], purpose => 'curiosity'", "One of approval_case"),
            ("ARRAY['1'], ARRAY['2'], consent_channel => 'Søknadsweb', consent_on => 'infinity'", "in the future"),
        ] {
            let error = await #expect(throws: PostgresError.self) {
                try await playground.value("SELECT count(*) FROM resutveksl.place_orders(\(call))")
            }
            #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
        }
        // Twice in one transaction, and with nothing.
        try await playground.own(
            """
            BEGIN; SELECT resutveksl.place_orders('{}', '{}'); SELECT resutveksl.place_orders(NULL, NULL); COMMIT
            """)
    }
}
