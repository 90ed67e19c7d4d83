import DevCluster
import Exchange
import Glibc
import Postgres
import Store
import Testing
import Worker

/// A resident worker.
@Suite struct WatchTests {
    @Test("an order is fetched as soon as it is placed, and one more is on the connections that are open already")
    func atOnce() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let watching = Watching(playground)
        let first = try await playground.order(Playground.person1)
        try await playground.wait { try await $0.isCompleted(first) }
        let second = try await playground.order(Playground.person2)
        try await playground.wait { try await $0.isCompleted(second) }
        #expect(try await playground.sessions(at: 203) == "1")
        let summary = try await watching.end()
        #expect(summary.orders == 2)
        #expect(try await playground.results(Playground.person1).count == 1)
        #expect(try await playground.sessions(at: 203) == "0", "a graceful stop closes what it opened")
        #expect(try await playground.value("SELECT ended_at IS NOT NULL AND orders = 2 FROM resutveksl.runs") == "true")
    }

    @Test("an order that nobody told it of is found by looking")
    func polling() async throws {
        let playground = try await Playground.make(203)
        let watching = Watching(playground) { $0.pollInterval = .milliseconds(200) }
        try await playground.wait {
            try await $0.value(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'")
                == "1"
        }
        try await playground.own("ALTER TABLE resutveksl.orders DISABLE TRIGGER orders_placed")
        let order = try await playground.order(Playground.person1)
        try await playground.wait { try await $0.isCompleted(order) }
        _ = try await watching.end()
    }

    @Test("a retry is taken at its time, not before it and without a hint")
    func retryAtItsTime() async throws {
        let playground = try await Playground.make(203)
        let good = try playground.cluster.connectionString(
            database: playground.database(of: 203), user: Playground.requester)
        try await playground.register(203, .nobodyListens())
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.register(203, good)
        try await playground.own(
            """
            ALTER TABLE resutveksl.orders DISABLE TRIGGER orders_changed_by_hand;
            UPDATE resutveksl.orders SET due_at = now() + interval '1500 milliseconds';
            UPDATE resutveksl.transfers SET next_attempt = (SELECT due_at FROM resutveksl.orders);
            """)
        let watching = Watching(playground)
        try await playground.wait { try await $0.isCompleted(order) }
        let early = try await playground.value(
            """
            SELECT max(claimed_at) - min(claimed_at) > interval '1400 milliseconds' FROM resutveksl.claims
            """)
        #expect(early == "true")
        _ = try await watching.end()
    }

    @Test("a connection that its source closed meanwhile is replaced, and one without questions is closed")
    func warmConnections() async throws {
        let playground = try await Playground.make(203)
        let watching = Watching(playground) {
            $0.pollInterval = .milliseconds(100)
            $0.idleLimit = .seconds(1)
        }
        let first = try await playground.order(Playground.person1)
        try await playground.wait { try await $0.isCompleted(first) }
        try await playground.own(
            """
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = '\(playground.database(of: 203))' AND usename = '\(Playground.requester)'
            """)
        let second = try await playground.order(Playground.person2)
        try await playground.wait { try await $0.isCompleted(second) }
        #expect(try await playground.outcome(second, 203) == "nothing")
        try await playground.wait { try await $0.sessions(at: 203) == "0" }
        _ = try await watching.end()
    }

    @Test("a source that is registered anew is asked where it is now, whatever connection is open")
    func registeredAnew() async throws {
        let playground = try await Playground.make(203, 204)
        let watching = Watching(playground)
        let first = try await playground.order(Playground.person1)
        try await playground.wait { try await $0.isCompleted(first) }
        // The database of somebody else: what answers from there must be refused.
        try await playground.register(
            203,
            try playground.cluster.connectionString(
                database: playground.database(of: 204), user: Playground.requester))
        let second = try await playground.order(Playground.person2)
        try await playground.wait { try await $0.state(second) == .awaitingRetry }
        #expect(try await playground.value("SELECT fault FROM resutveksl.transfers") == "wrong_institution")
        _ = try await watching.end()
    }

    @Test("a dead source costs one order a deadline; the next ones are not kept waiting for it")
    func breaker() async throws {
        let playground = try await Playground.make(203)
        let listener = try SilentListener()
        try await playground.register(204, listener.connectionString)
        try await playground.own(
            "UPDATE resutveksl.sources SET connect_timeout = '700 milliseconds' WHERE source = 204")
        let watching = Watching(playground) { $0.worker.breakerRest = .seconds(600) }
        let first = try await playground.order(Playground.person1)
        // What the healthy one has is there while the dead one is still being waited for.
        try await playground.wait {
            try await $0.value(
                "SELECT count(*) FROM resutveksl.run_sources WHERE source = 203 AND outcome = 'done'") == "1"
        }
        #expect(try await playground.state(first) == .fetching)
        try await playground.wait { try await $0.state(first) == .awaitingRetry }
        let second = try await playground.order(Playground.person2)
        try await playground.wait { try await $0.state(second) == .awaitingRetry }
        #expect(listener.knocks() == 1)
        #expect(try await playground.atSource(second, 204)?.outcome == "unreachable")
        #expect(playground.log.text.components(of: "a source could not be asked") == 1, "told once")
        _ = try await watching.end()
    }

    @Test("orders that come one by one do not wait for a source that is being waited for, however many they are")
    func oneByOne() async throws {
        let playground = try await Playground.make(203)
        let listener = try SilentListener()
        try await playground.register(204, listener.connectionString)
        try await playground.own("UPDATE resutveksl.sources SET connect_timeout = '60 seconds' WHERE source = 204")
        let watching = Watching(playground) { $0.worker.grace = .milliseconds(100) }
        for number in try await playground.poolNumbers(50) {
            let order = try await playground.order(number)
            try await playground.wait { try await $0.outcome(order, 203) == "nothing" }
        }
        #expect(listener.knocks() == 1, "204 was being connected to all the time")
        #expect(try await watching.end().settlement.completed == 0)
    }

    @Test("a source that failed is tried again when it has rested")
    func probe() async throws {
        let playground = try await Playground.make(203)
        let listener = try SilentListener()
        try await playground.register(204, listener.connectionString)
        try await playground.own(
            "UPDATE resutveksl.sources SET connect_timeout = '200 milliseconds' WHERE source = 204")
        let watching = Watching(playground) { $0.worker.breakerRest = .milliseconds(100) }
        let order = try await playground.order(Playground.person1)
        try await playground.wait { try await $0.state(order) == .awaitingRetry }
        #expect(listener.knocks() == 1)
        try await Task.sleep(for: .milliseconds(200))
        try await playground.register(
            204,
            try playground.cluster.connectionString(
                database: playground.database(of: 203), user: Playground.requester))
        try await playground.own("UPDATE resutveksl.orders SET due_at = now()")
        try await playground.wait { try await $0.atSource(order, 204)?.outcome == "failed" }
        #expect(
            try await playground.value("SELECT fault FROM resutveksl.transfers WHERE source = 204")
                == "wrong_institution")
        _ = try await watching.end()
    }

    @Test("systemd is told that it is ready, how it is, that it is alive, and that it stops")
    func serviceManager() async throws {
        let playground = try await Playground.make(203)
        let manager = try NotifySocket()
        let service = try #require(
            ServiceNotifier(environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "300000"]))
        let watching = Watching(playground, service: service)
        let order = try await playground.order(Playground.person1)
        try await playground.wait { try await $0.isCompleted(order) }
        try await playground.wait { _ in manager.messages().filter { $0 == "WATCHDOG=1" }.count >= 3 }
        try await playground.wait { _ in
            manager.messages().contains { $0.hasPrefix("STATUS=1 orders and 0 rows in run ") }
        }
        _ = try await watching.end()
        let messages = manager.messages()
        #expect(messages.contains { $0.hasPrefix("READY=1\nSTATUS=") })
        #expect(messages.last { $0 != "WATCHDOG=1" }?.hasPrefix("STOPPING=1\n") == true)
    }
}

extension String {
    func components(of text: String) -> Int { ranges(of: text).count }
}
