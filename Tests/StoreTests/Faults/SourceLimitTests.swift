import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// All workers together keep to the connections that a source allows.
@Suite struct SourceLimitTests {
    @Test("while another worker has the source's only connection, a second one waits its connect timeout, then fails")
    func taken() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.own("UPDATE resutveksl.sources SET max_connections = 1 WHERE source = 204")
        try await playground.order(Playground.person2)
        let lock = try await playground.lockPersons(at: 204)
        let first = Task { try await playground.run() }
        let connections = """
            SELECT count(*) FROM pg_stat_activity WHERE usename = '\(Playground.requester)'
                AND datname = current_database() AND wait_event_type = 'Lock'
            """
        try await playground.wait { try await $0.value(at: 204, connections) == "1" }

        try await playground.hurry(connect: 400, statement: 30_000)
        let order = try await playground.order(Playground.person1)
        let began = ContinuousClock.now
        let second = try await playground.run()
        #expect(.now - began >= .milliseconds(400))
        try await playground.expect(
            ExpectedFault("unreachable", "too_many_connections", words: "other workers"), of: order, in: second)
        try await playground.expectUnharmed(order, in: second)
        #expect(try await playground.value(at: 204, connections) == "1", "it did not even try")

        await lock.close()
        #expect(try await first.value.isComplete)
        try await playground.own("UPDATE resutveksl.orders SET due_at = now() WHERE state = 'awaiting_retry'")
        #expect(try await playground.run().isComplete, "the first worker gave the connection back")
        #expect(try await playground.state(order) == .completed)
    }

    @Test("a worker that waits for a connection takes it when the other one is done")
    func waited() async throws {
        let playground = try await Playground.make(204)
        try await playground.own("UPDATE resutveksl.sources SET max_connections = 1")
        try await playground.order(Playground.person2)
        let lock = try await playground.lockPersons(at: 204)
        let first = Task { try await playground.run() }
        try await playground.wait {
            try await $0.value(
                at: 204,
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                == "1"
        }
        try await playground.order(Playground.person1)
        let second = Task { try await playground.run() }
        try await playground.wait { try await $0.value("SELECT count(*) FROM resutveksl.claims") == "2" }
        try await Task.sleep(for: .milliseconds(300))
        await lock.close()
        let summaries = [try await first.value, try await second.value]
        #expect(summaries.allSatisfy { $0.isComplete })
        #expect(summaries.map(\.settlement.completed) == [1, 1])
    }
}
