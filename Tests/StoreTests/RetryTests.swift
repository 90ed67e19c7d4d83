import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// What failed is asked again, at the same time the next day, and nothing else is.
@Suite struct RetryTests {
    @Test("the next attempt is tomorrow at the local time at which the attempt started")
    func sameTimeTomorrow() async throws {
        let playground = try await Playground.make(203)
        try await playground.register(204, .nobodyListens())
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        let isSame = try await playground.value(
            """
            SELECT t.retry_time = (c.attempt_at AT TIME ZONE 'Europe/Oslo')::time
                AND (t.next_attempt AT TIME ZONE 'Europe/Oslo')
                    = (o.ordered_at AT TIME ZONE 'Europe/Oslo')::date + 1 + t.retry_time
                AND o.due_at = t.next_attempt
            FROM resutveksl.transfers t JOIN resutveksl.orders o USING (order_number) CROSS JOIN resutveksl.claims c
            """)
        #expect(isSame == "true")
    }

    @Test("what a nightly run came to late is due when tomorrow's run starts")
    func sameTimeAsTheRun() async throws {
        let playground = try await Playground.make()
        try await playground.register(204, .nobodyListens())
        try await playground.order(Playground.person1)
        let run = try await playground.store.beginRun(worker: "nightly")
        try await playground.own("UPDATE resutveksl.runs SET started_at = started_at - interval '40 minutes'")
        let claim = try #require(try await playground.store.claim(run: run, limit: 10, lease: .seconds(60)))
        let work = try #require(claim.lanes.first)
        _ = try await playground.store.endLane(
            work, .failed(.unreachable, remainingFrom: 0), remaining: work.orders[...],
            fault: Fault(.noAnswer, reason: "test"), token: claim.token)
        _ = try await playground.store.settle(claim.token)
        let isSame = try await playground.value(
            """
            SELECT t.retry_time = (r.started_at AT TIME ZONE 'Europe/Oslo')::time AND o.due_at = t.next_attempt
                AND t.next_attempt > now() + interval '15 minutes'
            FROM resutveksl.transfers t JOIN resutveksl.orders o USING (order_number) CROSS JOIN resutveksl.runs r
            """)
        #expect(isSame == "true")
    }

    @Test("a retry at a source that was set inactive meanwhile waits for another day, and the run ends")
    func inactive() async throws {
        let playground = try await Playground.make(203)
        try await playground.register(204, .nobodyListens())
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.own(
            """
            UPDATE resutveksl.sources SET is_active = false WHERE source = 204;
            UPDATE resutveksl.orders SET due_at = now();
            """)
        #expect(try await playground.run().orders == 1)
        let there = try #require(try await playground.atSource(order, 204))
        #expect(there.outcome == "paused")
        #expect(there.reason == "the source is not active")
        #expect(try await playground.value("SELECT outage_days FROM resutveksl.transfers") == "1", "that costs no day")
        #expect(try await playground.run().orders == 0)
    }

    @Test("only the source that failed is asked again, and the time of day is kept")
    func onlyTheFailed() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let good = try playground.cluster.connectionString(
            database: playground.database(of: 204), user: Playground.requester)
        try await playground.register(204, .nobodyListens())
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.results(Playground.person1).count == 1, "what the others gave is visible at once")

        // The next night, some seconds early: within the horizon.
        try await playground.own(
            """
            UPDATE resutveksl.orders SET due_at = now() + interval '35 seconds';
            UPDATE resutveksl.transfers SET retry_time = '02:30' WHERE next_attempt IS NOT NULL;
            """)
        let again = try await playground.run()
        #expect(again.orders == 1)
        #expect(again.lanes.keys.map(\.rawValue) == [204])
        let there = try #require(try await playground.atSource(order, 204))
        #expect(there.attempts == 2)
        #expect(there.nextAttempt?.hasSuffix("02:30") == true)

        try await playground.register(204, good)
        try await playground.own("UPDATE resutveksl.orders SET due_at = now()")
        _ = try await playground.run()
        let answered = try #require(try await playground.atSource(order, 204))
        #expect(answered.outcome == "nothing")
        #expect(answered.reason == nil && answered.sqlState == nil, "what went wrong before is no reason any more")
        #expect(try await playground.outcome(order, 203) == "fetched")
        #expect(try await playground.state(order) == .completed)
        #expect(try await playground.value(at: 203, "SELECT count(*) FROM resutveksl.disclosures") == "1")
    }

    @Test("what is due beyond the horizon is left alone")
    func beyondHorizon() async throws {
        let playground = try await Playground.make(203)
        try await playground.order(Playground.person1)
        try await playground.own("UPDATE resutveksl.orders SET due_at = now() + interval '16 minutes'")
        #expect(try await playground.run().orders == 0)
        try await playground.own("UPDATE resutveksl.orders SET due_at = now() + interval '14 minutes'")
        #expect(try await playground.run().orders == 1)
    }

    @Test("after the last day a transfer is given up, and a re-queue starts afresh")
    func givenUp() async throws {
        let playground = try await Playground.make()
        try await playground.register(204, .nobodyListens())
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.own(
            """
            UPDATE resutveksl.transfers SET outage_days = 89, counted_on = counted_on - 1;
            UPDATE resutveksl.orders SET due_at = now();
            """)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 204) == "given_up")
        #expect(try await playground.state(order) == .completed)
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.transfer_log WHERE event = 'given_up'") == "1")
        try await playground.own("UPDATE resutveksl.orders SET state = 'ordered'")
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 204) == "unreachable")
        #expect(try await playground.atSource(order, 204)?.attempts == 1)
    }

    @Test("consent withdrawn between failure and retry: nobody is asked, and the order says so")
    func withdrawn() async throws {
        let playground = try await Playground.make(203)
        let good = try playground.cluster.connectionString(
            database: playground.database(of: 203), user: Playground.requester)
        try await playground.register(203, .nobodyListens())
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.register(203, good)
        try await playground.store.setAcceptance(
            of: try PersonNumber(Playground.person1), answer: .no, on: nil, channel: .studentweb, type: .resutveksl)
        try await playground.own("UPDATE resutveksl.orders SET due_at = now()")
        _ = try await playground.run()
        #expect(try await playground.state(order) == .refused)
        #expect(try await playground.outcome(order, 203) == "refused")
        #expect(try await playground.atSource(order, 203)?.reason == nil, "that it had been down is no reason any more")
        #expect(try await playground.value(at: 203, "SELECT count(*) FROM resutveksl.disclosures") == "0")
    }

    @Test("a source that closes between failure and retry settles the order: reserved")
    func closedMeanwhile() async throws {
        let playground = try await Playground.make(203)
        let good = try playground.cluster.connectionString(
            database: playground.database(of: 203), user: Playground.requester)
        try await playground.register(203, .nobodyListens())
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.register(203, good)
        try await playground.at(
            203, "UPDATE fs.modulvalg_egenskap SET status_aktiv = 'J' WHERE egenskapkode = 'RESERVER'")
        try await playground.own("UPDATE resutveksl.orders SET due_at = now()")
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "reserved")
        #expect(try await playground.state(order) == .completed)
    }
}
