import DevCluster
import Exchange
import Postgres
import Store
import Testing

/// `person change-number`: domain.md, section 3.
@Suite struct NumberChangeTests {
    @Test("real > D > S > FS: a record is never changed to a lower kind")
    func priority() async throws {
        let kinds: [PersonNumber.Kind] = [.birthNumber, .dNumber, .sNumber, .fsNumber]
        for (place, kind) in kinds.enumerated() {
            let playground = try await Playground.make()
            _ = try await playground.store.addPerson(try ExamplePerson.number(kind), givenName: nil, familyName: nil)
            for lower in kinds[(place + 1)...] {
                let error = await #expect(throws: StoreError.self) {
                    _ = try await playground.store.changeNumber(
                        from: try ExamplePerson.number(kind), to: try ExamplePerson.number(lower), on: nil)
                }
                #expect(error?.description.hasPrefix("a number is never changed to one of a lower kind") == true)
            }
            guard place > 0 else { continue }
            let message = try await playground.store.changeNumber(
                from: try ExamplePerson.number(kind), to: try ExamplePerson.number(kinds[place - 1]), on: nil)
            #expect(message.contains("was replaced by"))
            let kept = try await playground.value(
                "SELECT earlier_number FROM resutveksl.person_number_changes WHERE changed_on = resutveksl.local_date()"
            )
            #expect(kept == (try ExamplePerson.number(kind)).digits)
        }
    }

    @Test("whoever writes: a record never gets a number of a lower kind, and the number that it had is kept")
    func plainUpdate() async throws {
        let playground = try await Playground.make()
        func update(to kind: PersonNumber.Kind) async throws {
            try await playground.own(
                "UPDATE resutveksl.persons SET person_number = '\(try ExamplePerson.number(kind).digits)'")
        }
        func refusal(_ body: () async throws -> Void) async -> String {
            await #expect(throws: PostgresError.self) { try await body() }?.message ?? ""
        }
        let earlier = """
            SELECT string_agg(resutveksl.number_kind(earlier_number), ' ' ORDER BY earlier_number DESC)
            FROM resutveksl.person_number_changes WHERE changed_on = resutveksl.local_date()
            """
        _ = try await playground.store.addPerson(try ExamplePerson.number(.sNumber), givenName: nil, familyName: nil)
        let lower = "a number is never changed to one of a lower kind: "
        #expect(await refusal { try await update(to: .fsNumber) }.hasPrefix(lower + "an FS-number does not replace"))
        #expect(try await playground.value(earlier) == nil)
        try await update(to: .dNumber)
        #expect(try await playground.value(earlier) == "S")
        try await update(to: .birthNumber)
        #expect(try await playground.value(earlier) == "D S")
        #expect(await refusal { try await update(to: .sNumber) }.hasPrefix(lower + "an S-number does not replace"))

        // Nor the other way round: an earlier number of a higher kind.
        _ = try await playground.store.addPerson(
            try PersonNumber(Playground.person2), givenName: nil, familyName: nil)
        let higher = try #require(
            (100...199).lazy.compactMap {
                PersonNumber.make(.birthNumber, day: 19, month: 8, year: 1983, individual: $0)
            }.first)
        let said = await refusal {
            try await playground.own(
                """
                INSERT INTO resutveksl.person_number_changes (person_id, earlier_number)
                SELECT person_id, '\(higher.digits)' FROM resutveksl.persons WHERE person_number = '\(Playground.person2)'
                """)
        }
        #expect(said.hasPrefix(lower + "an S-number does not replace a fødselsnummer"))
        #expect(!said.contains(higher.digits))
    }

    @Test("an order that is held asks everywhere again when it is released, and the sentence says so")
    func held() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1)
        try await playground.store.hold(order, reason: "two persons?")
        let message = try await playground.store.changeNumber(
            from: try PersonNumber(Playground.person1), to: try ExamplePerson.number(.birthNumber), on: nil)
        #expect(message.hasSuffix("; order \(order) is held, and asks everywhere again when it is released"))
    }

    @Test("SQL reads kinds and priorities as the program does")
    func kinds() async throws {
        var generator = SystemRandomNumberGenerator()
        var numbers: [PersonNumber] = []
        while numbers.count < 500 {
            // Days and months of all kinds, and control digits that fit, so that the date decides.
            let nine = (0..<9).map { _ in Int.random(in: 0...9, using: &generator) }
            let first = (11 - zip(nine, [3, 7, 6, 1, 8, 9, 4, 5, 2]).map { $0 * $1 }.reduce(0, +) % 11) % 11
            let second =
                (11 - zip(nine + [first], [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]).map { $0 * $1 }.reduce(0, +) % 11) % 11
            guard first < 10, second < 10 else { continue }
            if let number = try? PersonNumber((nine + [first, second]).map(String.init).joined()) {
                numbers.append(number)
            }
        }
        let playground = try await Playground.make()
        let said = try await playground.store.pool.withConnection { connection in
            try await connection.query(
                """
                SELECT resutveksl.number_kind(n), resutveksl.number_priority(resutveksl.number_kind(n))
                FROM unnest($1) WITH ORDINALITY AS a (n, place) ORDER BY place
                """, numbers.map(\.digits)
            ).decode(String?.self, Int.self)
        }
        #expect(said.map(\.0) == numbers.map(\.kind.rawValue))
        #expect(said.map(\.1) == numbers.map(\.kind.priority))
    }

    @Test("where both numbers are registered, two records become one and nothing is lost")
    func merger() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let real = try ExamplePerson.number(.birthNumber)
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.own(
            """
            INSERT INTO resutveksl.external_results (study_id, category, code, grade)
            SELECT study_id, 'Emne', 'BY-HAND', 'C' FROM resutveksl.external_studies
            """)
        let goesOn = try await playground.order(Playground.person1)
        let ends = try await playground.order(real.digits)
        try await playground.own(
            """
            INSERT INTO resutveksl.admissions (admission, closes_on) VALUES ('M27', '9999-01-01');
            INSERT INTO resutveksl.admission_orders (admission, application_number, person_id, order_number)
            SELECT 'M27', '1', person_id, order_number FROM resutveksl.orders WHERE order_number = \(ends)
            """)

        let message = try await playground.store.changeNumber(
            from: try PersonNumber(Playground.person1), to: real, on: nil)
        #expect(message.contains("was registered twice and is one now; order \(ends) is cancelled"))
        #expect(message.contains("order \(goesOn) asks everywhere again"))
        #expect(
            try await playground.value("SELECT string_agg(person_number, ',') FROM resutveksl.persons") == real.digits)
        #expect(try await playground.results(real.digits).map(\.code).sorted() == ["BY-HAND", "RES-100"])
        #expect(try await playground.value("SELECT count(fingerprint) FROM resutveksl.person_sources") == "0")
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.external_studies") == "1")
        let cancelled = try await playground.store.order(ends)
        #expect(cancelled.state == .cancelled)
        #expect(cancelled.cancelReason == "the person was registered twice; order \(goesOn) goes on")
        #expect(
            try await playground.explained(ends, 203).contains(
                "the order was cancelled: the person was registered twice"))
        #expect(
            try await playground.value("SELECT order_number FROM resutveksl.admission_orders") == goesOn.description)

        _ = try await playground.run()
        #expect(try await playground.outcome(goesOn, 203) == "fetched")
        let again = try await playground.store.order(goesOn)
        #expect(again.newResults == 0 && again.changedResults == 0 && again.missingResults == 0)
        #expect(try await playground.results(real.digits).count == 2)
    }

    @Test("the same result fetched for both records stands once; what was told of it is kept")
    func sameResult() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let real = try ExamplePerson.number(.birthNumber)
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.order(real.digits)
        // As if the source had known both numbers, one after the other; only the import may write such rows.
        try await playground.own(
            """
            ALTER TABLE resutveksl.external_results DISABLE TRIGGER USER;
            INSERT INTO resutveksl.external_studies (person_id, institution)
            SELECT person_id, 216 FROM resutveksl.persons WHERE person_number = '\(real.digits)';
            INSERT INTO resutveksl.external_results (study_id, origin, source, result_key, category, code, needs_control)
            SELECT t.study_id, 'AUTOMATISK', r.source, r.result_key, r.category, r.code, true
            FROM resutveksl.external_results r JOIN resutveksl.external_studies t ON t.study_id <> r.study_id;
            ALTER TABLE resutveksl.external_results ENABLE TRIGGER USER;
            """)
        _ = try await playground.store.changeNumber(from: try PersonNumber(Playground.person1), to: real, on: nil)
        let tab = try await playground.results(real.digits)
        #expect(tab.map(\.code) == ["RES-100"])
        #expect(tab.first?.needsControl == true)
    }

    @Test(
        "of two answers about consent the newest counts, of two on one day the N; the history keeps both",
        arguments: [
            ("2026-01-01", "2026-02-01", "J"), ("2026-03-01", "2026-02-01", "N"), ("2026-02-01", "2026-02-01", "N"),
        ])
    func answers(ofOld: String, ofNew: String, counts: String) async throws {
        let playground = try await Playground.make()
        let real = try ExamplePerson.number(.birthNumber)
        for number in [real.digits, Playground.person1] {
            _ = try await playground.store.addPerson(try PersonNumber(number), givenName: nil, familyName: nil)
        }
        try await playground.acceptance(.no, Playground.person1, on: CalendarDay(ofOld))
        try await playground.acceptance(.yes, real.digits, on: CalendarDay(ofNew))
        _ = try await playground.store.changeNumber(from: try PersonNumber(Playground.person1), to: real, on: nil)
        #expect(try await playground.value("SELECT string_agg(answer, '') FROM resutveksl.acceptances") == counts)
        let history = "SELECT string_agg(DISTINCT answer, '' ORDER BY answer) FROM resutveksl.acceptance_history"
        #expect(try await playground.value(history) == "JN")
    }

    @Test("what makes no sense is refused with a sentence that repeats no number")
    func refused() async throws {
        let playground = try await Playground.make(203)
        let real = try ExamplePerson.number(.birthNumber)
        let old = try PersonNumber(Playground.person1)
        func refusal(_ old: PersonNumber, _ new: PersonNumber, _ day: CalendarDay? = nil) async -> String? {
            await #expect(throws: StoreError.self) {
                _ = try await playground.store.changeNumber(from: old, to: new, on: day)
            }?.description
        }
        #expect(await refusal(old, real)?.hasPrefix("no person with either of these numbers is known here") == true)
        let order = try await playground.order(Playground.person1)
        #expect(await refusal(old, old)?.hasPrefix("the old number and the new one are the same") == true)
        #expect(await refusal(old, real, CalendarDay("9999-01-01"))?.hasPrefix("the change lies in the future") == true)

        try await playground.order(real.digits)
        let run = try await playground.store.beginRun(worker: "test")
        _ = try #require(try await playground.store.claim(run: run, limit: 1, lease: .seconds(60)))
        #expect(await refusal(old, real)?.hasPrefix("order \(order) is being fetched right now") == true)
    }
}
