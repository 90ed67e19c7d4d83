import DevCluster
import Exchange
import Postgres
import Store
import Testing

/// Question 2, on both sides: domain.md, "Consent".
@Suite struct ConsentTests {
    private static let rule = "UPDATE resutveksl.sources SET is_consent_required = false, legal_basis = 'uhl. § 4-15'"

    @Test("Each question asked records the basis it was asked on, here and in the source's record")
    func basis() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(
            203,
            """
            SELECT example.add_test_person_1(), example.add_test_person_2();
            UPDATE resutveksl.rules SET consent_required = false
            """)
        try await playground.own(Self.rule)
        let consented = try await playground.order(Playground.person1)
        let silent = try await playground.order(Playground.person2, consent: nil)
        let unknown = try await playground.order(try ExamplePerson.number(.dNumber).digits)
        _ = try await playground.run()
        #expect(try await playground.explanation(consented, 203).basis == "consent")
        #expect(try await playground.explanation(silent, 203).basis == "uhl. § 4-15")
        #expect(try await playground.explanation(unknown, 203).basis == "consent", "without a row of its own")
        let lane = try await playground.value(
            "SELECT concat_ws(' ', asked, asked_on_consent, asked_on_legal_basis, legal_basis) FROM resutveksl.run_sources"
        )
        #expect(lane == "3 2 1 uhl. § 4-15")
        let there = try await playground.value(
            at: 203,
            """
            SELECT string_agg(concat_ws(' ', ref, consent, consent_date IS NOT NULL, basis), ', ' ORDER BY ref)
            FROM resutveksl.disclosures
            """)
        #expect(there == "\(consented) requester t uhl. § 4-15, \(silent) none f uhl. § 4-15")
    }

    @Test("on what was asked is kept when the order is queued again, for each attempt and each source")
    func basisOfBefore() async throws {
        let playground = try await Playground.make(203)
        let good = try playground.cluster.connectionString(
            database: playground.database(of: 203), user: Playground.requester)
        try await playground.addSource(204)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(204, "UPDATE resutveksl.rules SET consent_required = false")
        try await playground.own("\(Self.rule) WHERE source = 204")
        let order = try await playground.order(Playground.person1, consent: nil)
        let asked = """
            SELECT string_agg(concat_ws(' ', source, basis, consented_on), ', ' ORDER BY token, source)
            FROM resutveksl.questions_asked WHERE order_number = \(order)
            """
        _ = try await playground.run()
        #expect(try await playground.value(asked) == "204 uhl. § 4-15")

        try await playground.register(203, .nobodyListens())
        try await playground.acceptance(.yes, Playground.person1, on: CalendarDay("2026-01-01"))
        try await playground.store.requeue(order)
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.transfers") == "0")
        _ = try await playground.run()
        try await playground.register(203, good)
        try await playground.nextNight()
        _ = try await playground.run()
        let all = "204 uhl. § 4-15, 204 consent 2026-01-01, 203 consent 2026-01-01"
        #expect(try await playground.value(asked) == all)

        try await playground.store.requeue(order)
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.transfers") == "0")
        #expect(try await playground.value(asked) == all)
        let logged = try await playground.value(
            "SELECT string_agg(concat_ws(' ', source, basis), ', ') FROM resutveksl.transfer_log WHERE event = 'fetched'"
        )
        #expect(logged == "203 consent")
        try await playground.own("DELETE FROM resutveksl.orders")
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.order_claims") == "0")
    }

    @Test("on what was asked stands in the log, also where the answer was bad data")
    func basisInTheLog() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.tamper(at: 203, "institution", "CASE WHEN record = 'result' THEN 999 ELSE institution END")
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        let logged = "SELECT string_agg(basis, ', ') FROM resutveksl.transfer_log WHERE event = 'person_failed'"
        #expect(try await playground.value(logged) == "consent")
    }

    @Test("where consent is required, every question is asked on consent")
    func required() async throws {
        let playground = try await Playground.make(203)
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        let lane = try await playground.value(
            """
            SELECT concat_ws(' ', asked, asked_on_consent, asked_on_legal_basis, coalesce(legal_basis, '-'))
            FROM resutveksl.run_sources
            """)
        #expect(lane == "1 1 0 -")
    }

    @Test(
        "Consent withdrawn between failure and retry: nothing is asked; the order says so",
        arguments: [
            ("UPDATE resutveksl.acceptances SET answer = 'N', answered_on = resutveksl.local_date()", "answered N on"),
            ("DELETE FROM resutveksl.acceptances", "after a J of 01.01.2026"),
        ])
    func withdrawn(withdrawal: String, words: String) async throws {
        let playground = try await Playground.make(203)
        let good = try playground.cluster.connectionString(
            database: playground.database(of: 203), user: Playground.requester)
        try await playground.register(203, .nobodyListens())
        let order = try await playground.order(Playground.person1)
        try await playground.acceptance(.yes, Playground.person1, on: CalendarDay("2026-01-01"))
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "unreachable")
        try await playground.register(203, good)
        try await playground.own(withdrawal)
        try await playground.nextNight()
        _ = try await playground.run()
        #expect(try await playground.state(order) == .refused)
        #expect(try await playground.value(at: 203, "SELECT count(*) FROM resutveksl.disclosures") == "0")
        let text = try await playground.explained(order, 203)
        #expect(text.hasPrefix("Not asked: "))
        #expect(text.contains(words))
    }

    @Test("an explicit N by the person always stops the fetch, also where it stands at the source only")
    func refusedThere() async throws {
        let playground = try await Playground.make(203)
        try await playground.own(Self.rule)
        try await playground.at(
            203,
            """
            SELECT example.add_test_person_1();
            UPDATE resutveksl.rules SET consent_required = false;
            INSERT INTO fs.personakseptanse (fodselsdato, personnr, akseptansetypekode, status_svar, dato_svar)
            VALUES (15361, 12185, 'RESUTVEKSL', 'N', '2026-01-01')
            """)
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "refused")
        #expect(try await playground.results(Playground.person1).isEmpty)
        let text = try await playground.explained(order, 203)
        #expect(text.hasPrefix("Reached: the person has answered N there"))
        #expect(text.contains("answers J at HVL"))
    }

    @Test("a withdrawal does not erase when consent was given")
    func history() async throws {
        let playground = try await Playground.make()
        _ = try await playground.store.addPerson(try PersonNumber(Playground.person1), givenName: nil, familyName: nil)
        try await playground.acceptance(.yes, Playground.person1, on: CalendarDay("2026-01-01"))
        try await playground.acceptance(.yes, Playground.person1, on: CalendarDay("2026-01-01"))
        try await playground.own("DELETE FROM resutveksl.acceptances")
        let history = try await playground.value(
            """
            SELECT string_agg(concat_ws(' ', answer, nullif(answered_on, resutveksl.local_date())), ', ' ORDER BY entry_id)
            FROM resutveksl.acceptance_history
            """)
        #expect(history == "J 2026-01-01, N")
        try await playground.own("DELETE FROM resutveksl.persons")
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.acceptance_history") == "0")
    }

    @Test("an answer that is deleted is a withdrawal: no older list brings the J back, and no rule does without it")
    func withdrawnForGood() async throws {
        let playground = try await Playground.make(203)
        try await playground.own(Self.rule)
        var options = OrderListOptions()
        options.consentChannel = .soknadsweb
        options.consentedOn = CalendarDay("2026-01-01")
        let list = ApplicantList(Array("A1;\(Playground.person1)\n".utf8))
        let order = try #require(try await playground.store.placeOrders(list, options: options).first?.order)
        try await playground.own("DELETE FROM resutveksl.acceptances")
        let answer = "SELECT answer || (answered_on = resutveksl.local_date()) || channel FROM resutveksl.acceptances"
        #expect(try await playground.value(answer) == "Ntrueby hand")
        _ = try await playground.run()
        #expect(try await playground.state(order) == .refused)
        #expect(try await playground.value(at: 203, "SELECT count(*) FROM resutveksl.disclosures") == "0")

        let again = try await playground.store.placeOrders(list, options: options)
        #expect(again.map(\.outcome) == [.refused])
        await #expect(throws: StoreError.self) {
            try await playground.acceptance(.yes, Playground.person1, on: CalendarDay("2026-01-01"))
        }
        #expect(try await playground.value(answer) == "Ntrueby hand")
        // An N is not deleted, emptied or moved; the person may answer anew.
        for statement in [
            "DELETE FROM resutveksl.acceptances", "TRUNCATE resutveksl.acceptances",
            "TRUNCATE resutveksl.persons CASCADE",
            "UPDATE resutveksl.acceptances SET person_id = person_id + 1",
        ] {
            #expect(try await ["23514", "42501"].contains(playground.refusal(of: statement).sqlState), "\(statement)")
        }
        try await playground.acceptance(.yes, Playground.person1)
        #expect(try await playground.value(answer) == "JtrueStudentweb")
    }

    @Test("from a day on consent may be required, until the day before on the legal basis, as at the sources")
    func requiredFromTomorrow() async throws {
        let playground = try await Playground.make(203)
        let rule = ConsentRule(isRequired: true, from: CalendarDay("9999-01-01"), legalBasis: "uhl. § 4-15")
        try await playground.store.addSource(
            try playground.institution(203),
            connection: try playground.cluster.connectionString(
                database: playground.database(of: 203), user: Playground.requester), setSize: nil, consentRule: rule)
        try await playground.at(
            203, "SELECT example.add_test_person_1(); UPDATE resutveksl.rules SET consent_from = '9999-01-01'")
        let order = try await playground.order(Playground.person1, consent: nil)
        #expect(try await playground.state(order) == .ordered)
        _ = try await playground.run()
        #expect(try await playground.explanation(order, 203).basis == "uhl. § 4-15")
        #expect(try await playground.outcome(order, 203) == "fetched")

        try await playground.own("UPDATE resutveksl.sources SET consent_rule_from = resutveksl.local_date()")
        let late = try await playground.order(Playground.person1, consent: nil)
        #expect(try await playground.state(late) == .refused)
    }

    @Test("a J of an earlier day does not take back an N")
    func earlierYes() async throws {
        let playground = try await Playground.make()
        _ = try await playground.store.addPerson(try PersonNumber(Playground.person1), givenName: nil, familyName: nil)
        try await playground.acceptance(.no, Playground.person1, on: CalendarDay("2026-02-01"))
        let error = await #expect(throws: StoreError.self) {
            try await playground.acceptance(.yes, Playground.person1, on: CalendarDay("2026-01-31"))
        }
        #expect(error?.description.contains("the person answered N later, on 01.02.2026") == true)
        try await playground.acceptance(.yes, Playground.person1, on: CalendarDay("2026-02-01"))
        #expect(try await playground.value("SELECT answer FROM resutveksl.acceptances") == "J")
    }
}
