import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// The weekly refresh of an open admission; moments are handed in, so that weeks pass in milliseconds.
@Suite struct RefreshTests {
    /// An admission from Monday 15 March to Friday 9 April 2027, with the clock put forward on 28 March; both test persons
    /// have applied, and their orders are completed.
    private func admission() async throws -> Playground {
        let playground = try await Playground.make(203)
        try await playground.store.addAdmission(
            "M27", name: "Master 2027", opensOn: CalendarDay("2027-03-15"),
            closesOn: try #require(CalendarDay("2027-04-09")), weekday: nil, time: nil)
        // Whatever day it is when the test runs.
        try await playground.own("UPDATE resutveksl.admissions SET closes_on = '9999-01-01'")
        var options = OrderListOptions()
        options.admission = "M27"
        options.consentChannel = .samordnaOpptak
        let list = ApplicantList(Array("1;\(Playground.person1)\n2;\(Playground.person2)\n".utf8))
        _ = try await playground.store.placeOrders(list, options: options)
        try await playground.own(
            """
            UPDATE resutveksl.admissions SET closes_on = '2027-04-09';
            UPDATE resutveksl.admission_orders SET added_at = '2027-03-15'
            """)
        try await complete(playground)
        return playground
    }

    /// What a worker does to open orders.
    private func complete(_ playground: Playground) async throws {
        try await playground.own(
            """
            UPDATE resutveksl.orders SET state = 'fetching', claim_token = 1 WHERE state IN ('ordered', 'awaiting_retry');
            UPDATE resutveksl.orders SET state = 'completed', claim_token = NULL, due_at = NULL WHERE state = 'fetching'
            """)
    }

    /// Calls at a moment: how many orders were queued again, and for when (UTC); nil when nothing was due.
    private func refresh(_ playground: Playground, at moment: String) async throws -> String? {
        try await playground.value(
            """
            SELECT string_agg(orders || ' for ' || to_char(moment AT TIME ZONE 'UTC', 'DD.MM. HH24:MI')
                || CASE WHEN left_over > 0 THEN ', left ' || left_over ELSE '' END, '; ')
            FROM resutveksl.schedule_refreshes('\(moment)')
            """)
    }

    private func states(_ playground: Playground) async throws -> String? {
        try await playground.value(
            "SELECT string_agg(state, ' ' ORDER BY order_number) FROM resutveksl.orders")
    }

    @Test("every order once a week, Friday 18:00 local time, over the change of the clock until the closing date")
    func weeks() async throws {
        let playground = try await admission()
        let calls = [
            ("2027-03-16 12:00Z", nil), ("2027-03-19 16:44Z", nil),
            // A timer that is a little early finds what is due within the horizon.
            ("2027-03-19 16:46Z", "2 for 19.03. 17:00"), ("2027-03-19 17:00Z", nil), ("2027-03-22 02:30Z", nil),
            ("2027-03-26 18:30Z", "2 for 26.03. 17:00"),
            // Summer time: 18:00 is an hour earlier in UTC.
            ("2027-04-02 15:44Z", nil), ("2027-04-02 16:00Z", "2 for 02.04. 16:00"),
            ("2027-04-09 16:00Z", "2 for 09.04. 16:00"), ("2027-04-09 21:59Z", nil), ("2027-04-16 16:00Z", nil),
        ]
        for (moment, expected) in calls {
            #expect(try await refresh(playground, at: moment) == expected, "\(moment)")
            if expected != nil {
                #expect(try await states(playground) == "ordered ordered")
                try await complete(playground)
            }
        }
        #expect(
            try await playground.value(
                "SELECT count(*) FROM resutveksl.transfer_log WHERE event = 'requeued' AND order_number IS NOT NULL")
                == "8")
    }

    @Test("weeks that nobody was there for are made up once, and not after the closing date")
    func missed() async throws {
        let playground = try await admission()
        #expect(try await refresh(playground, at: "2027-04-08 12:00Z") == "2 for 02.04. 16:00")
        try await complete(playground)
        #expect(try await refresh(playground, at: "2027-04-08 12:00Z") == nil)
        let late = try await admission()
        #expect(try await refresh(late, at: "2027-04-09 22:01Z") == nil)
        let closed = try await admission()
        try await closed.store.closeAdmission("M27", on: nil)
        #expect(try await refresh(closed, at: "2027-03-19 17:00Z") == nil)
    }

    @Test("two callers at once refresh once: the second leaves it to the first")
    func atOnce() async throws {
        let playground = try await admission()
        let first = try await playground.cluster.connect(database: playground.name)
        let call: Statement = "SELECT orders FROM resutveksl.schedule_refreshes('2027-03-19 17:00Z')"
        try await first.execute(script: "BEGIN")
        #expect(try await first.query(call).single(Int.self) == 2)
        #expect(try await refresh(playground, at: "2027-03-19 17:00Z") == nil)
        try await first.execute(script: "COMMIT")
        #expect(try await refresh(playground, at: "2027-03-19 17:00Z") == nil)
        await first.close()
        try await complete(playground)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let text = try await playground.value(
                        "SELECT coalesce(sum(orders), 0) FROM resutveksl.schedule_refreshes('2027-03-26 17:00Z')")
                    return Int(text ?? "") ?? -1
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 2)
    }

    @Test("a worker that has an order in its hands is waited for; the rest does not wait")
    func inWork() async throws {
        let playground = try await admission()
        try await playground.store.requeue(1)
        let run = try await playground.store.beginRun(worker: "test")
        let claim = try #require(try await playground.store.claim(run: run, limit: 1, lease: .seconds(60)))
        #expect(try await refresh(playground, at: "2027-03-19 17:00Z") == "1 for 19.03. 17:00, left 1")
        #expect(try await refresh(playground, at: "2027-03-19 17:00Z") == "0 for 19.03. 17:00, left 1")
        _ = try await playground.store.settle(claim.token)
        try await complete(playground)
        #expect(try await refresh(playground, at: "2027-03-19 17:01Z") == "1 for 19.03. 17:00")
        #expect(try await refresh(playground, at: "2027-03-19 17:01Z") == nil)
    }

    @Test("cancelled orders stay cancelled, held ones held, and nobody who has answered no meanwhile is queued")
    func leftAlone() async throws {
        let playground = try await admission()
        try await playground.own("UPDATE resutveksl.orders SET state = 'cancelled' WHERE order_number = 1")
        try await playground.store.requeue(2)
        try await playground.store.hold(2, reason: nil)
        #expect(try await refresh(playground, at: "2027-03-19 17:00Z") == "0 for 19.03. 17:00")
        #expect(try await states(playground) == "cancelled held")
        try await playground.store.release(2)
        try await complete(playground)
        try await playground.store.setAcceptance(
            of: try PersonNumber(Playground.person2), answer: .no, on: nil, channel: .studentweb, type: .resultatutveks)
        #expect(try await refresh(playground, at: "2027-03-26 17:00Z") == "0 for 26.03. 17:00")
        #expect(try await states(playground) == "cancelled completed")
    }

    @Test("what waits already keeps its time; an order that waits for failed sources is asked everywhere again")
    func waiting() async throws {
        let playground = try await admission()
        try await playground.store.requeue(1)
        try await playground.own(
            """
            UPDATE resutveksl.orders SET state = 'fetching', claim_token = 1, due_at = now() WHERE order_number = 2;
            UPDATE resutveksl.orders SET state = 'awaiting_retry', claim_token = NULL, asks_every_source = false
            WHERE order_number = 2
            """)
        #expect(try await refresh(playground, at: "2027-03-19 17:00Z") == "1 for 19.03. 17:00")
        #expect(
            try await playground.value(
                "SELECT string_agg((due_at < '2027-03-19' OR due_at = '2027-03-19 17:00Z')::text || asks_every_source, ' ') "
                    + "FROM resutveksl.orders") == "truetrue truetrue")
        #expect(try await states(playground) == "ordered ordered")
    }

    @Test("when a person has another open order by now, that one is queued and belongs to the admission")
    func otherOrder() async throws {
        let playground = try await admission()
        let other = try await playground.order(Playground.person1)
        #expect(try await refresh(playground, at: "2027-03-19 17:00Z") == "1 for 19.03. 17:00")
        #expect(try await states(playground) == "completed ordered ordered")
        #expect(
            try await playground.value(
                "SELECT order_number FROM resutveksl.admission_orders WHERE application_number = '1'")
                == "\(other)")
    }

    /// Applies once more in the admission, whatever day it is.
    private func apply(_ line: String, _ playground: Playground) async throws {
        try await playground.own("UPDATE resutveksl.admissions SET closes_on = '9999-01-01'")
        var options = OrderListOptions()
        options.admission = "M27"
        options.consentChannel = .samordnaOpptak
        _ = try await playground.store.placeOrders(ApplicantList(Array("\(line)\n".utf8)), options: options)
        try await playground.own(
            """
            UPDATE resutveksl.admissions SET closes_on = '2027-04-09';
            UPDATE resutveksl.admission_orders SET added_at = '2027-03-15'
            """)
    }

    private static let applications = """
        SELECT string_agg(concat_ws(' ', application_number, order_number, refreshed_for IS NOT NULL), ', '
            ORDER BY application_number) FROM resutveksl.admission_orders
        """

    @Test(
        "a person with two orders in an admission that are over is queued once, with the newest, and so are the others"
    )
    func twoOrders() async throws {
        let playground = try await admission()
        try await apply("3;\(Playground.person1)", playground)
        try await complete(playground)
        #expect(try await playground.value(Self.applications) == "1 1 f, 2 2 f, 3 3 f")
        #expect(try await refresh(playground, at: "2027-03-19 17:00Z") == "2 for 19.03. 17:00")
        #expect(try await states(playground) == "completed ordered ordered")
        #expect(try await playground.value(Self.applications) == "1 3 t, 2 2 t, 3 3 t")
        #expect(try await refresh(playground, at: "2027-03-19 17:00Z") == nil)
    }

    @Test("two records in an admission that become one share an order from then on, and are queued once")
    func mergedRecords() async throws {
        let playground = try await admission()
        let real = try ExamplePerson.number(.birthNumber)
        try await apply("3;\(real.digits)", playground)
        try await complete(playground)
        _ = try await playground.store.changeNumber(from: try PersonNumber(Playground.person1), to: real, on: nil)
        #expect(try await playground.value(Self.applications) == "1 3 f, 2 2 f, 3 3 f")
        #expect(try await refresh(playground, at: "2027-03-19 17:00Z") == "2 for 19.03. 17:00")
        #expect(try await states(playground) == "completed ordered ordered")
    }

    @Test("whoever is ordered for in the very moment of a refresh is left for the next look, and nobody else with them")
    func orderedMeanwhile() async throws {
        let playground = try await admission()
        let other = try await playground.cluster.connect(database: playground.name)
        try await other.execute(
            script:
                "BEGIN; INSERT INTO resutveksl.orders (person_id) SELECT person_id FROM resutveksl.orders WHERE order_number = 1"
        )
        async let refreshed = refresh(playground, at: "2027-03-19 17:00Z")
        try await playground.wait {
            try await $0.value(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%schedule_refreshes%'
                """) == "1"
        }
        try await other.execute(script: "COMMIT")
        await other.close()
        #expect(try await refreshed == "1 for 19.03. 17:00, left 1")
        #expect(try await states(playground) == "completed ordered ordered")
        #expect(try await refresh(playground, at: "2027-03-19 17:00Z") == "0 for 19.03. 17:00")
        #expect(try await playground.value(Self.applications) == "1 3 t, 2 2 t")
    }

    @Test("an order that is passed over says so, and why, until it is queued again; and it is logged")
    func passedOver() async throws {
        let playground = try await admission()
        let person = try PersonNumber(Playground.person2)
        try await playground.store.setAcceptance(
            of: person, answer: .no, on: nil, channel: .studentweb, type: .resultatutveks)
        #expect(try await refresh(playground, at: "2027-03-19 17:00Z") == "1 for 19.03. 17:00")
        #expect(
            try await playground.store.order(2).passedOver
                == "not refreshed on 19.03.2027 with admission M27: the person has answered no to the exchange of results"
        )
        #expect(try await playground.store.order(1).passedOver == nil)
        let logged = try await playground.value(
            """
            SELECT string_agg(concat_ws(' ', order_number, outcome, reason), ', ') FROM resutveksl.transfer_log
            WHERE event = 'refused'
            """)
        #expect(logged == "2 refused not refreshed with admission M27")
        try await playground.store.setAcceptance(
            of: person, answer: .yes, on: nil, channel: .studentweb, type: .resultatutveks)
        try await complete(playground)
        #expect(try await refresh(playground, at: "2027-03-26 17:00Z") == "2 for 26.03. 17:00")
        #expect(try await playground.store.order(2).passedOver == nil)
    }

    @Test("the moments of a weekly schedule, whatever the session's time zone and the clock's changes")
    func moments() async throws {
        let playground = try await Playground.make()
        // Sunday 02:30 does not exist on 28 March 2027 and exists twice on 31 October.
        let cases = [
            (5, "18:00", "2027-03-26 17:00Z", "26.03. 17:00", "02.04. 16:00"),
            (5, "18:00", "2027-03-26 16:59:59Z", "19.03. 17:00", "26.03. 17:00"),
            (5, "18:00", "2027-11-01 12:00Z", "29.10. 16:00", "05.11. 17:00"),
            (7, "02:30", "2027-03-28 00:00Z", "21.03. 01:30", "28.03. 01:30"),
            (7, "02:30", "2027-10-31 00:45Z", "24.10. 00:30", "31.10. 01:30"),
            (1, "00:00", "2027-01-03 23:00Z", "03.01. 23:00", "10.01. 23:00"),
        ]
        for zone in ["UTC", "Europe/Oslo", "Pacific/Auckland"] {
            for (weekday, time, at, last, next) in cases {
                let text = try await playground.store.pool.withConnection { connection in
                    try await connection.execute(script: "SET TimeZone = '\(zone)'")
                    return try await connection.query(
                        """
                        SELECT to_char(last AT TIME ZONE 'UTC', 'DD.MM. HH24:MI') || ', '
                            || to_char(next AT TIME ZONE 'UTC', 'DD.MM. HH24:MI')
                        FROM resutveksl.refresh_moments($1, $2::text::time, $3::text::timestamptz)
                        """, Int32(weekday), time, at
                    ).single(String.self)
                }
                #expect(text == "\(last), \(next)", "\(at) in \(zone)")
            }
        }
    }

    /// Puts the weekly moment of the admission a minute back from now.
    private func makeDue(_ playground: Playground) async throws {
        try await playground.own(
            """
            UPDATE resutveksl.admissions SET opens_on = '2020-01-01', closes_on = '9999-01-01',
                refresh_weekday = extract(isodow FROM (now() - interval '1 minute') AT TIME ZONE 'Europe/Oslo'),
                refresh_at = ((now() - interval '1 minute') AT TIME ZONE 'Europe/Oslo')::time;
            UPDATE resutveksl.admission_orders SET added_at = now() - interval '1 day'
            """)
    }

    @Test("10,000 orders are queued piece by piece, each of them once")
    func many() async throws {
        let playground = try await admission()
        try await playground.own("UPDATE resutveksl.admissions SET closes_on = '9999-01-01'")
        var options = OrderListOptions()
        options.admission = "M27"
        options.consentChannel = .samordnaOpptak
        let list = ApplicantList(ExampleApplicants(count: 9_998).file)
        _ = try await playground.store.placeOrders(list, options: options)
        try await complete(playground)
        try await makeDue(playground)
        let first = try await playground.store.scheduleRefreshes()
        #expect(first.map(\.orders) == [10_000] && first.map(\.leftOver) == [0])
        #expect(try await playground.store.scheduleRefreshes().isEmpty)
        try await complete(playground)
        #expect(try await playground.store.refreshAdmission("M27").orders == 10_000)
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.orders WHERE state = 'ordered'") == "10000")
    }

    @Test("`run` honours the schedule: the week's orders are fetched, and once")
    func run() async throws {
        let playground = try await admission()
        try await makeDue(playground)
        #expect(try await playground.run().settlement.completed == 2)
        #expect(try await playground.run().orders == 0)
    }

    @Test("`watch` honours the schedule while it waits")
    func watch() async throws {
        let playground = try await admission()
        let stop = StopSignal()
        var options = WatchOptions()
        options.pollInterval = .milliseconds(50)
        options.worker.lease = .seconds(1)
        let watch = Watch(store: playground.store, options: options, stop: stop, logger: playground.log.logger())
        let working = Task { try await watch.work() }
        try await Task.sleep(for: .milliseconds(300))
        try await makeDue(playground)
        try await playground.wait {
            try await $0.value(
                "SELECT count(*) FROM resutveksl.orders WHERE state = 'completed' AND attempts = 1") == "2"
        }
        stop.give()
        #expect(try await working.value.settlement.completed == 2)
    }
}
