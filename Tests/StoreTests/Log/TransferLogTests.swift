import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// Searching the transfer log, and following it.
@Suite struct TransferLogTests {
    private func search(_ change: (inout TransferLogSearch) -> Void) -> TransferLogSearch {
        var search = TransferLogSearch()
        change(&search)
        return search
    }

    private func told(_ entries: [TransferLogEntry]) -> [String] {
        entries.map { entry in
            ([entry.event] + [entry.order, entry.source.map { Int64($0) }].map { $0.map { "\($0)" } ?? "-" })
                .joined(separator: " ")
        }
    }

    @Test("that an order is completed is logged with its run, each time that it is")
    func completed() async throws {
        let playground = try await Playground.make(203)
        let orders = [try await playground.order(Playground.person1), try await playground.order(Playground.person2)]
        let first = try await playground.run()
        let logged =
            "SELECT string_agg(order_number || ' ' || run_id, ', ' ORDER BY order_number) FROM resutveksl.transfer_log "
        let expected = orders.map { "\($0) \(first.run)" }.joined(separator: ", ")
        #expect(try await playground.value(logged + "WHERE event = 'completed'") == expected)
        #expect(
            try await playground.value(
                """
                SELECT bool_and(l.token = c.token AND l.person_id = o.person_id) FROM resutveksl.transfer_log l
                JOIN resutveksl.orders o USING (order_number) JOIN resutveksl.claims c USING (run_id)
                WHERE l.event = 'completed'
                """) == "true")
        try await playground.own(
            "UPDATE resutveksl.orders SET state = 'ordered', due_at = now() WHERE order_number = \(orders[0])")
        let second = try await playground.run()
        #expect(
            try await playground.value(logged + "WHERE event = 'completed' AND run_id = \(second.run)")
                == "\(orders[0]) \(second.run)")
    }

    @Test("an order that waits for its next attempt is not logged as completed")
    func awaiting() async throws {
        let playground = try await Playground.make(203)
        try await playground.register(204, try ConnectionString("host=127.0.0.1 port=1 dbname=fs user=x"))
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.transfer_log WHERE event = 'completed'") == "0")
    }

    /// Two orders: 203 answers about both, 204 is dead, 190 has reserved itself.
    private func night() async throws -> (playground: Playground, orders: [OrderNumber]) {
        let playground = try await Playground.make(203, 190)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(190, "UPDATE fs.modulvalg_egenskap SET status_aktiv = 'J'")
        try await playground.register(204, try ConnectionString("host=127.0.0.1 port=1 dbname=fs user=x"))
        let orders = [try await playground.order(Playground.person1), try await playground.order(Playground.person2)]
        _ = try await playground.run()
        return (playground, orders)
    }

    @Test("entries are found by order, source, outcome and event; those of an order have the lanes in which it failed")
    func find() async throws {
        let (playground, orders) = try await night()
        let store = playground.store
        let (one, two) = ("\(orders[0])", "\(orders[1])")
        func found(_ change: (inout TransferLogSearch) -> Void) async throws -> Set<String> {
            Set(told(try await store.transferLog(search(change))))
        }
        let all: Set = [
            "ordered \(one) -", "ordered \(two) -", "fetched \(one) 203", "source_failed - 204", "source_closed - 190",
        ]
        #expect(try await found { _ in } == all)
        #expect(
            try await found { $0.order = orders[0] } == [
                "ordered \(one) -", "fetched \(one) 203", "source_failed - 204",
            ])
        #expect(try await found { $0.order = orders[1] } == ["ordered \(two) -", "source_failed - 204"])
        let source = try playground.institution(204)
        #expect(try await found { $0.institution = source } == ["source_failed - 204"])
        #expect(try await found { $0.outcome = "reserved" } == ["source_closed - 190"])
        #expect(try await found { $0.event = .ordered } == ["ordered \(one) -", "ordered \(two) -"])
        #expect(
            try await found {
                $0.order = orders[0]
                $0.institution = source
                $0.outcome = "fetched"
            }.isEmpty)
        let failed = try await store.transferLog(search { $0.event = .sourceFailed })
        #expect(failed.first?.outcome == "unreachable" && failed.first?.orders == 2 && failed.first?.nextAttempt != nil)
        #expect(failed.first?.person == nil && failed.first?.acronym != nil)
        let fetched = try await store.transferLog(search { $0.event = .fetched })
        #expect(fetched.first?.person?.digits == Playground.person1)
    }

    @Test("the newest are shown, the newest last, and moments are in the settings' time zone")
    func order() async throws {
        let playground = try await Playground.make()
        // 00:30 of the 26th in Oslo is 23:30 of the 25th in UTC.
        try await playground.own(
            """
            INSERT INTO resutveksl.transfer_log (event, logged_at, order_number) VALUES
                ('ordered', '2026-11-25 23:30+00', 1), ('ordered', '2026-11-26 12:00+00', 2),
                ('ordered', '2026-11-26 11:00+00', 3), ('ordered', now() - interval '2 hours', 4)
            """)
        let store = playground.store
        func numbers(_ change: (inout TransferLogSearch) -> Void) async throws -> [Int64?] {
            try await store.transferLog(search(change)).map(\.order)
        }
        #expect(try await numbers { $0.until = .local("2026-11-26 13:00") }.filter { $0 != 4 } == [1, 3, 2])
        #expect(
            try await numbers {
                $0.since = .local("2026-11-26")
                $0.until = .local("2026-11-26 12:59")
            }.filter { $0 != 4 } == [1, 3])
        #expect(try await numbers { $0.since = .local("2026-11-26 00:31") }.contains(1) == false)
        #expect(try await numbers { $0.since = .ago(.seconds(7500)) }.contains(4))
        #expect(try await numbers { $0.since = .ago(.seconds(7100)) }.contains(4) == false)
        #expect(try await numbers { $0.limit = 1 }.count == 1)
        let first = try await store.transferLog(search { $0.until = .local("2026-11-26 00:30") }).first {
            $0.order == 1
        }
        #expect(first?.loggedAt == "2026-11-26 00:30:00" && first?.instant == "2026-11-25T23:30:00.000000Z")
    }

    @Test("who follows is told each entry once, when its transaction ends, whatever began and ended meanwhile")
    func follow() async throws {
        let playground = try await Playground.make()
        func insert(_ number: Int) -> String {
            "INSERT INTO resutveksl.transfer_log (event, order_number) VALUES ('ordered', \(number))"
        }
        try await playground.own(insert(1))
        var follower = TransferLogFollower(store: playground.store, search: TransferLogSearch())
        func next() async throws -> [Int64] { try await follower.next().compactMap(\.order) }
        #expect(try await next() == [1])
        #expect(try await next() == [])

        let slow = try await playground.cluster.connect(database: playground.name)
        // In a part of a transaction too, which has a number of its own.
        try await slow.execute(script: "BEGIN; \(insert(2)); SAVEPOINT part; \(insert(3)); RELEASE part")
        try await playground.own(insert(4))
        #expect(try await next() == [4])
        try await playground.own(insert(5))
        #expect(try await next() == [5])
        #expect(try await next() == [])
        try await slow.execute(script: "COMMIT")
        #expect(try await next() == [2, 3])
        #expect(try await next() == [])
        await slow.close()

        try await playground.own("BEGIN; \(insert(6)); ROLLBACK; \(insert(7)); \(insert(8))")
        #expect(try await next() == [7, 8])
        #expect(try await next() == [])
    }

    @Test("who follows with conditions is told of what meets them, and at first of no more than the limit")
    func followSome() async throws {
        let playground = try await Playground.make()
        try await playground.own(
            "INSERT INTO resutveksl.transfer_log (event, order_number) SELECT 'ordered', n FROM generate_series(1, 5) n"
        )
        var follower = TransferLogFollower(
            store: playground.store,
            search: search {
                $0.event = .ordered
                $0.limit = 2
            })
        #expect(try await follower.next().count == 2)
        try await playground.own(
            """
            INSERT INTO resutveksl.transfer_log (event, order_number)
            SELECT e, n FROM generate_series(6, 8) n, unnest(ARRAY['ordered', 'held']) e
            """)
        #expect(Set(try await follower.next().compactMap(\.order)) == [6, 7, 8])
    }
}
