import Exchange
import Postgres
import Store
import Testing
import Worker

/// What makes sense with an order, rule by rule.
@Suite struct OrderRuleTests {
    private func refusal(_ body: () async throws -> Void) async -> String {
        let error = await #expect(throws: StoreError.self) { try await body() }
        return error?.description ?? ""
    }

    private func place(_ playground: Playground, _ number: String = Playground.person1) async throws -> PlacedOrder {
        try await playground.store.placeOrder(
            for: try PersonNumber(number), purpose: .approvalCase, reference: nil, orderedBy: nil)
    }

    @Test("ordering again says which order is open, since when and how far it is")
    func again() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1)
        let since = try await playground.value("SELECT resutveksl.local_minute(ordered_at) FROM resutveksl.orders")
        let open = "Bestilt \(since ?? "") and still open: order \(order) is "
        #expect(try await place(playground).message == open + "waiting to be fetched")
        try await playground.store.hold(order, reason: "typed for the wrong person")
        #expect(try await place(playground).message == open + "held: typed for the wrong person")
        try await playground.store.release(order)
        let run = try await playground.store.beginRun(worker: "test")
        let claim = try #require(try await playground.store.claim(run: run, limit: 10, lease: .seconds(60)))
        #expect(try await place(playground).message == open + "being fetched right now")
        _ = try await playground.store.settle(claim.token)
        try await playground.register(204, .nobodyListens())
        _ = try await playground.run()
        let next = try await playground.value("SELECT resutveksl.local_minute(due_at) FROM resutveksl.orders")
        #expect(try await place(playground).message == open + "tried again \(next ?? "")")
        #expect(try await place(playground).number == order)
    }

    @Test("ordering again uses up no order number")
    func noNumberInVain() async throws {
        let playground = try await Playground.make(203)
        try await playground.order(Playground.person1)
        for _ in 0..<5 { _ = try await place(playground) }
        #expect(try await playground.order(Playground.person2).rawValue == 2)
    }

    @Test("an order has a purpose and a reference, for each of the three screens", arguments: Purpose.allCases)
    func purpose(_ purpose: Purpose) async throws {
        let playground = try await Playground.make(203)
        let number = try PersonNumber(Playground.person1)
        _ = try await playground.store.addPerson(number, givenName: nil, familyName: nil)
        try await playground.store.setAcceptance(
            of: number, answer: .yes, on: nil, channel: .manual, type: .resultatutveks)
        let order = try await playground.store.placeOrder(
            for: number, purpose: purpose, reference: "2026/17", orderedBy: nil)
        let shown = try await playground.store.order(order.number)
        #expect(shown.purpose == purpose.rawValue && shown.reference == "2026/17")
        let again = try await playground.store.placeOrder(
            for: number, purpose: .application, reference: "other", orderedBy: nil)
        #expect(!again.isNew)
        #expect(try await playground.store.order(order.number).reference == "2026/17")
    }

    @Test("where every source requires consent, an order without an answer is refused at once and says why")
    func noConsent() async throws {
        let playground = try await Playground.make(203, 204)
        _ = try await playground.store.addPerson(try PersonNumber(Playground.person1), givenName: nil, familyName: nil)
        let refused = try await place(playground)
        #expect(refused.state == .refused && refused.message.hasPrefix("Refused: every institution requires consent"))
        // One source that may ask without it, from today on, is enough; from tomorrow on is not.
        try await playground.own(
            """
            UPDATE resutveksl.sources SET is_consent_required = false, consent_rule_from = resutveksl.local_date() + 1
            WHERE source = 203
            """)
        #expect(try await place(playground).state == .refused)
        try await playground.own(
            "UPDATE resutveksl.sources SET consent_rule_from = consent_rule_from - 1 WHERE source = 203")
        #expect(try await place(playground).state == .ordered)
    }

    @Test("an answer that is dated in the future is refused")
    func futureAnswer() async throws {
        let playground = try await Playground.make()
        let number = try PersonNumber(Playground.person1)
        _ = try await playground.store.addPerson(number, givenName: nil, familyName: nil)
        let message = await refusal {
            try await playground.store.setAcceptance(
                of: number, answer: .yes, on: CalendarDay("9998-12-31"), channel: .manual, type: .resultatutveks)
        }
        #expect(message.contains("31.12.9998 yet: it lies in the future"))
        // The day is that of the setting's time zone.
        try await playground.own(
            "INSERT INTO resutveksl.acceptances (person_id, answer, answered_on, channel) "
                + "SELECT person_id, 'J', resutveksl.local_date(), 'by hand' FROM resutveksl.persons")
        await #expect(throws: PostgresError.self) {
            try await playground.own("UPDATE resutveksl.acceptances SET answered_on = answered_on + 1")
        }
    }

    @Test("an open order can be cancelled, also a held one; one that is over cannot")
    func cancel() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1)
        try await playground.store.cancel(order)
        #expect(try await playground.state(order) == .cancelled)
        #expect(
            await refusal { try await playground.store.cancel(order) }.contains("is cancelled and cannot be cancelled"))
        try await playground.store.requeue(order)
        try await playground.store.hold(order, reason: nil)
        try await playground.store.cancel(order)
        try await playground.store.requeue(order)
        _ = try await playground.run()
        #expect(await refusal { try await playground.store.cancel(order) }.contains("What was fetched stays"))
        #expect(await refusal { try await playground.store.cancel(99) }.contains("there is no order 99"))
    }

    @Test("a held order is not fetched; released it goes on where it was")
    func hold() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1)
        try await playground.store.hold(order, reason: "why")
        #expect(try await playground.run().orders == 0)
        #expect(await refusal { try await playground.store.requeue(order) }.contains("is held: why"))
        try await playground.store.release(order)
        #expect(await refusal { try await playground.store.release(order) }.contains("is not held"))
        #expect(try await playground.run().settlement.completed == 1)
        #expect(await refusal { try await playground.store.hold(order, reason: nil) }.contains("is completed"))
    }

    @Test("what a worker holds just now can be neither cancelled, held nor re-queued")
    func leased() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1)
        let run = try await playground.store.beginRun(worker: "test")
        _ = try await playground.store.claim(run: run, limit: 10, lease: .seconds(60))
        let actions: [() async throws -> Void] = [
            { try await playground.store.cancel(order) }, { try await playground.store.hold(order, reason: nil) },
            { try await playground.store.requeue(order) },
        ]
        for action in actions { #expect(await refusal(action).contains("is being fetched right now")) }
    }

    @Test("re-queueing asks every source afresh, and is refused where it makes no sense")
    func requeue() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1)
        #expect(await refusal { try await playground.store.requeue(order) }.contains("waiting to be fetched already"))
        _ = try await playground.run()
        try await playground.store.requeue(order)
        #expect(try await playground.run().settlement.completed == 1)
        let other = try await playground.order(Playground.person1)
        #expect(await refusal { try await playground.store.requeue(order) }.contains("has the open order \(other)"))
        _ = try await playground.run()
        try await playground.store.setAcceptance(
            of: try PersonNumber(Playground.person1), answer: .no, on: nil, channel: .manual, type: .resultatutveks)
        #expect(await refusal { try await playground.store.requeue(order) }.contains("answered no"))
    }
}
