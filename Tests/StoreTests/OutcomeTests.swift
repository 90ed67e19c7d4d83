import Exchange
import Postgres
import Store
import Testing
import Worker

/// Six things that an order may show for a source, which must never look alike.
@Suite struct OutcomeTests {
    @Test("a person who has not answered is not asked about: no_consent")
    func noConsent() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1, consent: nil)
        // As if the source's rule had changed since the order was placed.
        try await playground.own("UPDATE resutveksl.orders SET state = 'ordered'")
        let summary = try await playground.run()
        #expect(summary.refused == 1)
        #expect(try await playground.state(order) == .refused)
        #expect(try await playground.outcome(order, 203) == "no_consent")
        #expect(try await playground.value(at: 203, "SELECT count(*) FROM resutveksl.disclosures") == "0")
    }

    @Test("a person who answered no is refused when ordering: refused")
    func refused() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1, consent: .no)
        #expect(try await playground.state(order) == .refused)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "refused")
        #expect(try await playground.value(at: 203, "SELECT count(*) FROM resutveksl.disclosures") == "0")
    }

    @Test("a source whose module is not active: not_open")
    func notOpen() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "UPDATE fs.modulvalg SET status_aktiv = 'N' WHERE modulkode = 'RESUTVEKSL'")
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "not_open")
        #expect(try await playground.state(order) == .completed)
    }

    @Test("a source that has reserved itself: reserved, and logged")
    func reserved() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(
            203, "UPDATE fs.modulvalg_egenskap SET status_aktiv = 'J' WHERE egenskapkode = 'RESERVER'")
        let order = try await playground.order(Playground.person1)
        let summary = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "reserved")
        #expect(summary.isComplete)
        let logged = try await playground.value(
            "SELECT event || ' ' || source || ' ' || orders FROM resutveksl.transfer_log WHERE outcome = 'reserved'")
        #expect(logged == "source_closed 203 1")
    }

    @Test("a source that has nothing about the person: nothing, without a row of its own")
    func nothing() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "nothing")
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.transfers") == "0")
    }

    @Test("a source that is down: unreachable, with reason and next attempt, and the order waits")
    func unreachable() async throws {
        let playground = try await Playground.make(203)
        try await playground.register(204, .nobodyListens())
        let order = try await playground.order(Playground.person1)
        let summary = try await playground.run()
        #expect(!summary.isComplete)
        let there = try #require(try await playground.atSource(order, 204))
        #expect(there.outcome == "unreachable")
        #expect(there.reason?.contains("Connection refused") == true)
        #expect(there.nextAttempt != nil)
        #expect(try await playground.outcome(order, 203) == "nothing")
        #expect(try await playground.state(order) == .awaitingRetry)
        let logged = try await playground.value(
            """
            SELECT event || ' ' || outcome || ' ' || orders FROM resutveksl.transfer_log
            WHERE source = 204 AND reason LIKE '%refused%' AND next_attempt > now()
            """)
        #expect(logged == "source_failed unreachable 1")
    }

    @Test("where a source's rule requires no consent, a person who has not answered is asked about; a no still stops")
    func notRequired() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(
            203, "UPDATE resutveksl.rules SET consent_required = false; SELECT example.add_test_person_1()")
        try await playground.own(
            "UPDATE resutveksl.sources SET is_consent_required = false, legal_basis = 'uhl. § 4-15' WHERE source = 203")
        let asked = try await playground.order(Playground.person1, consent: nil)
        let refused = try await playground.order(Playground.person2, consent: .no)
        _ = try await playground.run()
        #expect(try await playground.outcome(asked, 203) == "fetched")
        #expect(try await playground.outcome(asked, 204) == "no_consent")
        #expect(try await playground.outcome(refused, 203) == "refused")
        let basis = try await playground.value(
            at: 203, "SELECT string_agg(DISTINCT d::text, '') LIKE '%uhl. § 4-15%' FROM resutveksl.disclosures d")
        #expect(basis == "true")
    }

    @Test("consent that the source requires and does not find is the source's answer: no_consent")
    func sourceDecides() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.own(
            "UPDATE resutveksl.sources SET is_consent_required = false, legal_basis = 'law' WHERE source = 203")
        let order = try await playground.order(Playground.person1, consent: nil)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "no_consent")
        #expect(try await playground.results(Playground.person1).isEmpty)
    }

    @Test("a paused source is not asked, and is due again the next day")
    func paused() async throws {
        let playground = try await Playground.make(203)
        try await playground.store.pauseSource(203, until: nil, reason: "maintenance")
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        let there = try #require(try await playground.atSource(order, 203))
        #expect(there.outcome == "paused")
        #expect(there.reason == "paused: maintenance")
        #expect(try await playground.value(at: 203, "SELECT count(*) FROM resutveksl.disclosures") == "0")
        try await playground.store.resumeSource(203)
        try await playground.own("UPDATE resutveksl.orders SET due_at = now()")
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "nothing")
        #expect(try await playground.state(order) == .completed)
    }
}
