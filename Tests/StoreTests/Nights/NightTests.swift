import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// The same time the next day, lived through: real runs on a server whose clock says that it is that night.
@Suite(.serialized) struct NightTests {
    /// One step of a timer: when it starts a run, whether the failed source is asked, and when it is due next (UTC).
    private struct Step {
        let at: String
        let isAsked: Bool
        let next: String

        init(_ at: String, asked: Bool, next: String) {
            self.at = at
            isAsked = asked
            self.next = next
        }
    }

    /// Goes through nights with one order: 203 answers, 204 listens and never speaks.
    private func live(_ zone: String, _ steps: [Step], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let nights = try await Nights.make(zone: zone, 203)
        let playground = nights.playground
        try await playground.interpose(at: 203)
        let listener = try SilentListener()
        try await playground.register(204, listener.connectionString)
        try await playground.hurry(connect: 100)
        for (place, step) in steps.enumerated() {
            try await nights.set(step.at)
            if place == 0 { try await playground.order(Playground.person1) }
            let summary = try await playground.run()
            #expect(listener.knocks() == (step.isAsked ? 1 : 0), "at \(step.at)", sourceLocation: sourceLocation)
            #expect(summary.orders == (step.isAsked ? 1 : 0), "at \(step.at)", sourceLocation: sourceLocation)
            let next = try await nights.next(at: 204)
            #expect(next == step.next, "after \(step.at)", sourceLocation: sourceLocation)
        }
        #expect(
            try await playground.questions(at: 203) == 1, "what was settled is asked once",
            sourceLocation: sourceLocation)
    }

    static let zones = ["UTC", "Europe/Oslo"]

    @Test("a failure at 02:30 before the spring gap is due at 03:30 in it and at 02:30 after it", arguments: zones)
    func springGap(zone: String) async throws {
        try await live(
            zone,
            [
                Step("2026-03-28 02:30:10+01", asked: true, next: "2026-03-29 01:30"),
                Step("2026-03-28 02:45:00+01", asked: false, next: "2026-03-29 01:30"),
                // A timer that makes up for 02:30 at 03:00 comes too early by more than the horizon.
                Step("2026-03-29 03:00:05+02", asked: false, next: "2026-03-29 01:30"),
                Step("2026-03-29 03:30:00+02", asked: true, next: "2026-03-30 00:30"),
                Step("2026-03-29 23:00:00+02", asked: false, next: "2026-03-30 00:30"),
                Step("2026-03-30 02:30:05+02", asked: true, next: "2026-03-31 00:30"),
                Step("2026-03-31 02:30:05+02", asked: true, next: "2026-04-01 00:30"),
            ])
    }

    @Test("a night that the timer let pass in the spring gap is made up for the night after, at the same time")
    func springGapMissed() async throws {
        try await live(
            "UTC",
            [
                Step("2026-03-28 02:30:10+01", asked: true, next: "2026-03-29 01:30"),
                Step("2026-03-29 03:00:05+02", asked: false, next: "2026-03-29 01:30"),
                Step("2026-03-30 02:30:05+02", asked: true, next: "2026-03-31 00:30"),
            ])
    }

    @Test("a failure at 02:30 before the repeated hour is due at the second 02:30, once", arguments: zones)
    func repeatedHour(zone: String) async throws {
        try await live(
            zone,
            [
                Step("2026-10-24 02:30:10+02", asked: true, next: "2026-10-25 01:30"),
                Step("2026-10-25 02:30:05+02", asked: false, next: "2026-10-25 01:30"),
                Step("2026-10-25 02:30:05+01", asked: true, next: "2026-10-26 01:30"),
                Step("2026-10-25 02:45:00+01", asked: false, next: "2026-10-26 01:30"),
                Step("2026-10-26 02:30:05+01", asked: true, next: "2026-10-27 01:30"),
            ])
    }

    @Test("a failure in the first of the repeated hours is not asked again in the second")
    func failedInRepeatedHour() async throws {
        try await live(
            "Europe/Oslo",
            [
                Step("2026-10-25 02:30:10+02", asked: true, next: "2026-10-26 01:30"),
                Step("2026-10-25 02:30:10+01", asked: false, next: "2026-10-26 01:30"),
                Step("2026-10-26 02:30:05+01", asked: true, next: "2026-10-27 01:30"),
            ])
    }

    @Test("a worker that was away for five days asks when it is back, and then at the old time")
    func away() async throws {
        try await live(
            "UTC",
            [
                Step("2026-11-10 02:30:10+01", asked: true, next: "2026-11-11 01:30"),
                Step("2026-11-15 12:00:00+01", asked: true, next: "2026-11-16 01:30"),
                Step("2026-11-16 02:30:05+01", asked: true, next: "2026-11-17 01:30"),
            ])
    }

    @Test("runs that start 35 seconds earlier every night find all of the last night's failures")
    func earlier() async throws {
        let nights = try await Nights.make(203)
        let playground = nights.playground
        try await playground.register(204, .nobodyListens())
        let starts = ["23 02:30:40", "24 02:30:05", "25 02:29:30", "26 02:28:55", "27 02:28:20"]
        for (place, start) in starts.enumerated() {
            try await nights.set("2026-11-\(start)+01")
            if place == 0 { try await playground.orderForPool(25) }
            let summary = try await playground.run()
            #expect(summary.orders == 25, "on the \(start)")
            #expect(summary.settlement.awaitingRetry == 25)
            #expect(summary.lanes.count == (place == 0 ? 2 : 1))
            #expect(try await nights.next(at: 204) == "2026-11-\(24 + place) 01:30", "no drift")
            #expect(try await playground.run().orders == 0, "nothing is asked twice in a night")
        }
    }

    @Test("10: leases, retries and horizons go by the database's clock, whatever the worker's shows", arguments: zones)
    func databaseClock(zone: String) async throws {
        let nights = try await Nights.make(zone: zone)
        let playground = nights.playground
        try await playground.register(204, .nobodyListens())
        try await nights.set("2031-05-17 13:00:00+02")
        try await playground.order(Playground.person1)
        let claimed = try await playground.store.beginRun(worker: "test")
        let claim = try #require(try await playground.store.claim(run: claimed, limit: 1, lease: .seconds(45)))
        let lease = "SELECT lease_until - clock_timestamp() BETWEEN interval '40 seconds' AND interval '45 seconds'"
        #expect(try await playground.value("\(lease) FROM resutveksl.claims") == "true")
        try await nights.set("2031-05-17 13:00:30+02")
        #expect(try await playground.store.sweep().claims == 0)
        try await playground.store.pool.withConnection {
            try await playground.store.prolong(claim.token, by: .seconds(45), on: $0)
        }
        #expect(try await playground.value("\(lease) FROM resutveksl.claims") == "true")
        try await nights.set("2031-05-17 13:02:00+02")
        #expect(try await playground.store.sweep().claims == 1)

        #expect(try await playground.run().orders == 1)
        #expect(try await nights.next(at: 204) == "2031-05-18 11:02")
        let moments = try await playground.value(
            """
            SELECT string_agg(DISTINCT moment::date::text, ' ') FROM (
                SELECT started_at FROM resutveksl.runs UNION ALL SELECT ended_at FROM resutveksl.runs
                UNION ALL SELECT logged_at FROM resutveksl.transfer_log UNION ALL SELECT claimed_at FROM resutveksl.claims
                UNION ALL SELECT ended_at FROM resutveksl.run_sources UNION ALL SELECT settled_at FROM resutveksl.transfers
                UNION ALL SELECT ordered_at FROM resutveksl.orders) AS m (moment)
            """)
        #expect(moments == "2031-05-17")
        for (moment, orders) in [("12:46:30", 0), ("12:47:30", 1)] {
            try await nights.set("2031-05-18 \(moment)+02")
            #expect(try await playground.run().orders == orders, "at \(moment)")
        }
    }

    @Test("a run that crosses midnight counts for the day on which it asked, and comes again a day after that")
    func midnight() async throws {
        let nights = try await Nights.make(203, 204)
        let playground = nights.playground
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await nights.set("2026-11-23 23:59:45+01")
        let order = try await playground.order(Playground.person1)
        let lock = try await playground.lockPersons(at: 204)
        let worker = Task { try await playground.run() }
        try await playground.wait {
            try await $0.value(
                at: 204,
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                == "1"
        }
        try await nights.set("2026-11-24 00:00:05+01")
        try await playground.at(
            204,
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
            """)
        let summary = try await worker.value
        await lock.close()
        #expect(summary.settlement.awaitingRetry == 1)
        #expect(try await playground.outcome(order, 203) == "fetched")
        let told = try await playground.value(
            """
            SELECT counted_on || ' ' || outage_days || ' ' || to_char(retry_time, 'HH24:MI')
            FROM resutveksl.transfers WHERE source = 204
            """)
        #expect(told == "2026-11-23 1 23:59")
        #expect(try await nights.next(at: 204) == "2026-11-24 22:59")
        #expect(try await playground.run().orders == 0)
        try await nights.set("2026-11-24 23:59:30+01")
        #expect(try await playground.run().isComplete)
        #expect(try await playground.state(order) == .completed)
    }

    @Test("a source in its maintenance window at night is asked when the window is over, by a run of its own")
    func maintenance() async throws {
        let nights = try await Nights.make(203)
        let playground = nights.playground
        try await playground.own(
            "INSERT INTO resutveksl.maintenance_windows VALUES (203, NULL, '22:00', '03:00')")
        try await nights.set("2026-11-24 02:59:55+01")
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "paused")
        #expect(try await nights.next(at: 203) == "2026-11-25 01:59")
        try await playground.own("UPDATE resutveksl.orders SET due_at = now()")
        try await nights.set("2026-11-24 03:00:00+01")
        #expect(try await playground.run().isComplete)
        #expect(try await playground.outcome(order, 203) == "nothing")
    }
}
