import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// The invariants of the design, by number.
///
/// Each test fails when its invariant is broken.
@Suite struct InvariantTests {
    @Test("1: an order is never lost: after a worker died, what was settled stays and the rest is asked")
    func neverLost() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(204, "SELECT example.add_test_person_2()")
        let first = try await playground.order(Playground.person1)
        let second = try await playground.order(Playground.person2)

        // 204 does not answer; 203 is done when the worker dies.
        let lock = try await playground.lockPersons(at: 204)
        let worker = Task { try await playground.run() }
        try await playground.wait {
            try await $0.value("SELECT count(*) FROM resutveksl.run_sources WHERE outcome = 'done'") == "1"
        }
        worker.cancel()
        _ = await worker.result
        await lock.close()
        #expect(try await playground.state(first) == .fetching)
        #expect(try await playground.run().orders == 0, "the lease of the dead worker still holds")

        try await playground.own("UPDATE resutveksl.claims SET lease_until = now() - interval '1 second'")
        let summary = try await playground.run()
        #expect(summary.settlement.completed == 2)
        #expect(summary.lanes.keys.map(\.rawValue) == [204], "203 was settled and is not asked again")
        #expect(try await playground.outcome(first, 203) == "fetched")
        #expect(try await playground.outcome(first, 204) == "nothing")
        #expect(try await playground.outcome(second, 203) == "nothing")
        #expect(try await playground.outcome(second, 204) == "fetched")
        #expect(try await playground.questionsAsked(at: 203) == 1)
    }

    @Test("1: a claim whose worker died before any source was asked goes back as it was")
    func handedBack() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1)
        let run = try await playground.store.beginRun(worker: "dead")
        _ = try await playground.store.claim(run: run, limit: 10, lease: .seconds(60))
        try await playground.own("UPDATE resutveksl.claims SET lease_until = now() - interval '1 second'")
        #expect(try await playground.store.sweep().claims == 1)
        #expect(try await playground.state(order) == .ordered)
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.transfers") == "0")
        #expect(try await playground.run().settlement.completed == 1)
    }

    @Test("1: a stop hands the rest back, and the next run finishes it")
    func stopped() async throws {
        let playground = try await Playground.make(203)
        try await playground.own("UPDATE resutveksl.sources SET set_size = 10")
        try await playground.orderForPool(100)
        let stop = StopSignal()
        let first = try await playground.run(stop: stop) { event in
            if case .set = event { stop.give() }
        }
        #expect(first.isStopped)
        #expect(first.settlement.completed == 10)
        #expect(first.settlement.handedBack == 90)
        let second = try await playground.run()
        #expect(second.settlement.completed == 90)
        #expect(try await playground.questionsAsked(at: 203) == 10)
    }

    @Test("2: importing the same again changes nothing and reports nothing, with and without the fingerprint")
    func importedOnce() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT * FROM example.fill(203, 50, 13)")
        try await playground.orderForPool(50)
        _ = try await playground.run()
        let rows = "SELECT md5(string_agg(r::text, '|' ORDER BY result_id)) FROM resutveksl.external_results r"
        let before = try await playground.value(rows)
        for forgets in [false, true] {
            // A fingerprint that the source does not know makes it send everything.
            if forgets {
                try await playground.own("UPDATE resutveksl.person_sources SET fingerprint = repeat('0', 32)")
            }
            try await playground.own("UPDATE resutveksl.orders SET state = 'ordered'")
            let again = try await playground.run()
            #expect((again.rows > 0) == forgets)
            #expect(try await playground.value(rows) == before)
            #expect(try await playground.value("SELECT count(*) FROM resutveksl.result_changes") == "0")
            #expect(try await playground.value("SELECT sum(new_results) FROM resutveksl.orders") == "0")
        }
    }

    @Test("3: a worker whose lease has run out can write nothing")
    func staleToken() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.own(
            "UPDATE resutveksl.sources SET is_consent_required = false, legal_basis = 'law' WHERE source = 203")
        try await playground.order(Playground.person1, consent: nil)
        let run = try await playground.store.beginRun(worker: "late")
        let claim = try #require(try await playground.store.claim(run: run, limit: 10, lease: .seconds(60)))
        let work = try #require(claim.lanes.first)
        let withoutConsent = try #require(claim.lanes.last { !$0.withoutConsent.isEmpty })
        let order = try #require(work.orders.first)
        try await playground.own("UPDATE resutveksl.claims SET lease_until = now() - interval '1 second'")
        let writes: [@Sendable () async throws -> Void] = [
            {
                _ = try await playground.store.write(
                    SetImport(
                        token: claim.token, run: run, source: 203, orders: [order],
                        answers: [order.number: .nothing(heldBack: 1)], cursor: order.number, fingerprints: [:]))
            },
            {
                _ = try await playground.store.write(
                    SetImport(
                        token: claim.token, run: run, source: 203, orders: [order], answers: [:],
                        cursor: order.number, fingerprints: [:]))
            },
            {
                _ = try await playground.store.endLane(
                    work, .failed(.unreachable, remainingFrom: 0), remaining: work.orders[...],
                    fault: Fault(.connectionRefused, reason: "test"), token: claim.token)
            },
            { try await playground.store.beginLane(withoutConsent, token: claim.token) },
            {
                try await playground.store.pool.withConnection {
                    try await playground.store.prolong(claim.token, by: .seconds(60), on: $0)
                }
            },
            { _ = try await playground.store.settle(claim.token) },
        ]
        for write in writes {
            let error = await #expect(throws: StoreError.self) { try await write() }
            #expect(error?.code == .staleToken)
        }
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.transfers") == "0")
        #expect(try await playground.value("SELECT max(cursor) FROM resutveksl.run_sources") == nil)
    }

    @Test("4: no transaction on the own database is open while a source is being waited for")
    func noOpenTransaction() async throws {
        let playground = try await Playground.make(203)
        // 203 is being asked, and 204 connected to.
        let listener = try SilentListener()
        try await playground.register(204, listener.connectionString)
        try await playground.own("UPDATE resutveksl.sources SET connect_timeout = '3 seconds' WHERE source = 204")
        try await playground.order(Playground.person1)
        let lock = try await playground.lockPersons(at: 203)
        let worker = Task { try await playground.run() }
        try await playground.wait {
            try await $0.value(
                at: 203,
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE usename = '\(Playground.requester)' AND datname = current_database() AND wait_event_type = 'Lock'
                """) == "1"
        }
        let open = try await playground.value(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
                AND backend_type = 'client backend'
            """)
        #expect(open == "0")
        #expect(listener.knocks() == 1, "204 was being connected to")
        await lock.close()
        #expect(try await worker.value.settlement.awaitingRetry == 1)
    }

    @Test("5: a dead source costs one connection attempt, however many orders and claims")
    func deadSource() async throws {
        let playground = try await Playground.make(203)
        let listener = try SilentListener()
        try await playground.register(204, listener.connectionString)
        try await playground.own(
            "UPDATE resutveksl.sources SET set_size = 10, connect_timeout = '300 milliseconds' WHERE source = 204")
        try await playground.orderForPool(300)
        let summary = try await playground.run { $0.claimSize = 50 }
        #expect(summary.orders == 300)
        #expect(summary.settlement.awaitingRetry == 300)
        #expect(listener.knocks() == 1)
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.transfers WHERE outcome = 'unreachable'")
                == "300")
    }

    @Test("6: one person's bad data costs that person's answer at that source, nothing else")
    func badData() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.add_test_person_1(); SELECT example.fill(203, 5, 13)")
        try await playground.tamper(at: 203, "grade_value", "CASE WHEN code = 'RES-100' THEN 60 ELSE grade_value END")
        try await playground.orderForPool(5)
        let bad = try await playground.order(Playground.person1)
        let summary = try await playground.run()
        #expect(!summary.isComplete)
        let there = try #require(try await playground.atSource(bad, 203))
        #expect(there.outcome == "invalid")
        #expect(there.reason == BadDataRule.failedResult.sentence)
        #expect(there.nextAttempt != nil)
        #expect(try await playground.outcome(bad, 204) == "nothing")
        #expect(try await playground.state(bad) == .awaitingRetry)
        #expect(try await playground.results(Playground.person1).isEmpty)
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.transfers WHERE outcome = 'fetched'") == "5")
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.transfer_log WHERE event = 'person_failed'")
                == "1")
    }

    @Test("7: consent is looked at when asking, not only when ordering")
    func consentWhenAsking() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let order = try await playground.order(Playground.person1)
        try await playground.store.setAcceptance(
            of: try PersonNumber(Playground.person1), answer: .no, on: nil, channel: .studentweb, type: .resultatutveks)
        _ = try await playground.run()
        #expect(try await playground.state(order) == .refused)
        #expect(try await playground.results(Playground.person1).isEmpty)
        #expect(try await playground.value(at: 203, "SELECT count(*) FROM resutveksl.disclosures") == "0")
    }

    @Test("8: what a source sends about somebody who was not asked for is refused and logged")
    func notAskedFor() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.tamper(at: 203, "ref", "CASE WHEN record = 'source' THEN ref ELSE ref + 1000000 END")
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.results(Playground.person1).isEmpty)
        #expect(try await playground.outcome(order, 203) == "nothing")
        #expect(playground.log.text.contains("rule=not_asked"))
    }

    @Test("8: results of an institution that the source does not answer for are refused and logged")
    func foreignInstitution() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.tamper(at: 203, "institution", "CASE WHEN record = 'result' THEN 194 ELSE institution END")
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "invalid")
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.external_results") == "0")
        #expect(playground.log.text.contains("rule=institution_not_answered_for"))
    }

    @Test("9: no person number, name or grade in what is logged, here or in the transfer log")
    func nothingPersonalIsLogged() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.register(194, .nobodyListens())
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(204, "SELECT example.add_test_person_2()")
        try await playground.tamper(at: 204, "grade", "repeat(grade, 100)")
        try await playground.order(Playground.person1)
        try await playground.order(Playground.person2)
        _ = try await playground.run()
        let logged =
            playground.log.text
            + (try await playground.value("SELECT string_agg(l::text, chr(10)) FROM resutveksl.transfer_log l") ?? "")
            + (try await playground.value("SELECT string_agg(t::text, chr(10)) FROM resutveksl.transfers t") ?? "")
        #expect(logged.contains("fetched") && logged.contains("invalid") && logged.contains("unreachable"))
        for secret in [
            Playground.person1, Playground.person2, "01536112", "12185", "19588312", "12510", "Kari",
            "Resultatutveksling",
            "RES-100", "RES-OAL",
        ] {
            #expect(!logged.contains(secret), "\(secret) was logged")
        }
    }

    @Test("10: leases and due times are told by the database's clock, whatever the session's time zone")
    func databaseClock() async throws {
        let playground = try await Playground.make(203)
        try await playground.order(Playground.person1)
        let run = try await playground.store.beginRun(worker: "test")
        _ = try await playground.store.claim(run: run, limit: 1, lease: .seconds(45))
        let lease = try await playground.value(
            "SELECT lease_until - claimed_at BETWEEN interval '45 seconds' AND interval '50 seconds' FROM resutveksl.claims"
        )
        #expect(lease == "true")
    }
}
