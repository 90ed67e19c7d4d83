import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

extension NightTests {
    /// How long one keeps trying, night after night.
    @Suite(.serialized) struct AttemptTests {
        /// Nights of November 2026, by their day.
        private func night(_ number: Int, _ nights: Nights, time: String = "02:30:10") async throws {
            let day = "2026-11-\(number < 10 ? "0" : "")\(number)"
            try await nights.set("\(day) \(time)+01")
        }

        private func days(_ playground: Playground) async throws -> String? {
            try await playground.value(
                "SELECT concat_ws('|', outcome, attempt_days, outage_days) FROM resutveksl.transfers WHERE source = 203"
            )
        }

        /// What is told when a transfer is given up: an event, an error in the log, a run that is not complete.
        private func expectGivenUp(
            _ playground: Playground, _ order: OrderNumber, _ summary: RunSummary, fault: FaultKind
        ) async throws {
            #expect(!summary.isComplete)
            #expect(try await playground.outcome(order, 203) == "given_up")
            #expect(try await playground.state(order) == .completed)
            let events = try await playground.value(
                "SELECT string_agg(order_number || fault, ' ') FROM resutveksl.transfer_log WHERE event = 'given_up'")
            #expect(events == "\(order)\(fault.rawValue)")
            #expect(playground.log.lines("error orders were given up", "institution=203 ", "orders=1 ").count == 1)
        }

        /// Testperson1's answer is bad at 203 until it is mended.
        private func makeBad() async throws -> (nights: Nights, order: OrderNumber) {
            let nights = try await Nights.make(203)
            try await nights.playground.at(203, "SELECT example.add_test_person_1()")
            try await nights.playground.tamper(
                at: 203, "term", "CASE WHEN record = 'result' THEN 'SOMMER' ELSE term END")
            try await night(1, nights)
            return (nights, try await nights.playground.order(Playground.person1))
        }

        @Test("bad data is given up loudly on the last of attempt_days, of which a day with two attempts is one")
        func badData() async throws {
            let (nights, order) = try await makeBad()
            let playground = nights.playground
            for number in 1...13 {
                try await night(number, nights)
                #expect(try await !playground.run().isComplete)
                #expect(try await days(playground) == "invalid|\(number)|0")
                if number == 5 {
                    try await night(number, nights, time: "12:00:00")
                    try await playground.own("UPDATE resutveksl.orders SET due_at = now()")
                    #expect(try await playground.run().orders == 1)
                    #expect(try await days(playground) == "invalid|5|0")
                    #expect(try await nights.next(at: 203) == "2026-11-06 01:30")
                }
            }
            try await night(14, nights)
            let last = try await playground.run()
            try await expectGivenUp(playground, order, last, fault: .badPerson)
            #expect(try await playground.atSource(order, 203)?.attempts == 15)
            try await night(15, nights)
            #expect(try await playground.run().orders == 0)

            try await playground.own("UPDATE resutveksl.orders SET state = 'ordered'")
            #expect(try await playground.run().orders == 1)
            #expect(try await days(playground) == "invalid|1|0", "a re-queue starts afresh")
            #expect(try await playground.atSource(order, 203)?.attempts == 1)
        }

        @Test("an order that waits is re-queued for now by its state alone, and starts afresh")
        func requeued() async throws {
            let (nights, order) = try await makeBad()
            let playground = nights.playground
            for number in 1...2 {
                try await night(number, nights)
                _ = try await playground.run()
            }
            #expect(try await days(playground) == "invalid|2|0")
            try await playground.own("UPDATE resutveksl.orders SET state = 'ordered'")
            #expect(try await playground.run().orders == 1)
            #expect(try await days(playground) == "invalid|1|0")
            #expect(try await playground.atSource(order, 203)?.attempts == 1)
        }

        @Test("an outage longer than attempt_days uses up none of them; what is bad after it has them all")
        func outageThenBadData() async throws {
            let (nights, order) = try await makeBad()
            let playground = nights.playground
            let good = try playground.cluster.connectionString(
                database: playground.database(of: 203), user: Playground.requester)
            try await playground.register(203, .nobodyListens())
            try await playground.own("UPDATE resutveksl.settings SET attempt_days = 3")
            for number in 1...4 {
                try await night(number, nights)
                _ = try await playground.run()
                #expect(try await days(playground) == "unreachable|0|\(number)")
            }
            try await playground.register(203, good)
            for number in 5...6 {
                try await night(number, nights)
                _ = try await playground.run()
                #expect(try await days(playground) == "invalid|\(number - 4)|4")
            }
            try await night(7, nights)
            try await expectGivenUp(playground, order, try await playground.run(), fault: .badPerson)
        }

        @Test("an outage ends after outage_days")
        func outage() async throws {
            let nights = try await Nights.make()
            let playground = nights.playground
            try await playground.register(203, .nobodyListens())
            try await playground.own("UPDATE resutveksl.settings SET outage_days = 5")
            try await night(1, nights)
            let order = try await playground.order(Playground.person1)
            for number in 1...4 {
                try await night(number, nights)
                _ = try await playground.run()
            }
            #expect(try await days(playground) == "unreachable|0|4")
            try await night(5, nights)
            try await expectGivenUp(playground, order, try await playground.run(), fault: .connectionRefused)
        }

        @Test("a source that is paused, or in its maintenance window, uses up nothing, however long")
        func paused() async throws {
            let nights = try await Nights.make(203)
            let playground = nights.playground
            try await playground.own("UPDATE resutveksl.settings SET outage_days = 2, attempt_days = 2")
            try await playground.own("SELECT resutveksl.pause_source(203)")
            try await night(1, nights)
            let order = try await playground.order(Playground.person1)
            for number in 1...3 {
                try await night(number, nights)
                _ = try await playground.run()
            }
            try await playground.own(
                """
                SELECT resutveksl.resume_source(203);
                INSERT INTO resutveksl.maintenance_windows VALUES (203, NULL, '01:00', '04:00');
                """)
            for number in 4...6 {
                try await night(number, nights)
                _ = try await playground.run()
            }
            #expect(try await days(playground) == "paused|0|0")
            #expect(try await playground.atSource(order, 203)?.attempts == 6)
            try await playground.own("DELETE FROM resutveksl.maintenance_windows")
            try await night(7, nights)
            #expect(try await playground.run().isComplete)
            #expect(try await playground.state(order) == .completed)
        }
    }
}
