import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// All workers together keep to the connections that a source allows.
@Suite struct SourceLimitTests {
    @Test(
        "while another worker has the source's only connection, the source is left to a later claim, and nothing is held against it"
    )
    func taken() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.own("UPDATE resutveksl.sources SET max_connections = 1 WHERE source = 204")
        try await playground.order(Playground.person2)
        let lock = try await playground.lockPersons(at: 204)
        let first = Task { try await playground.run() }
        let connections = """
            SELECT count(*) FROM pg_stat_activity WHERE usename = '\(Playground.requester)'
                AND datname = current_database()
            """
        try await playground.wait { try await $0.value(at: 204, connections) == "1" }

        try await playground.hurry(connect: 400, statement: 30_000)
        let order = try await playground.order(Playground.person1)
        let second = Task { try await playground.run() }
        // It has come round twice: claimed, waited for a connection, given up, claimed again.
        try await playground.wait {
            try await $0.value("SELECT attempts >= 3 FROM resutveksl.orders WHERE order_number = \(order)") == "true"
        }
        #expect(try await playground.results(Playground.person1).count == 1, "what the others have is there")
        #expect(try await playground.value(at: 204, connections) == "1", "it did not even try")
        await lock.close()
        #expect(try await first.value.isComplete)
        #expect(try await second.value.isComplete)
        #expect(try await playground.state(order) == .completed)
        #expect(
            try await playground.value(at: 203, "SELECT count(*) FROM resutveksl.disclosures") == "1",
            "what was settled is not asked again")
        #expect(
            try await playground.value("SELECT sum(attempt_days + outage_days) FROM resutveksl.transfers") == "0")
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
        #expect(summaries.map(\.settlement.completed).reduce(0, +) == 2)
    }
}
