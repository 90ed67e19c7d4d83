import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// A connection that dies in the middle of an answer costs that answer, and nothing of it is half taken.
@Suite struct BrokenLineTests {
    /// 40 persons at 204, reached through a proxy; Testperson1 is one of the orders and is known at 203.
    private func make() async throws -> (playground: Playground, proxy: FaultProxy, order: OrderNumber) {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let proxy = try FaultProxy(to: playground.cluster)
        try await playground.addSource(
            204, reached: ["host": "127.0.0.1", "port": String(proxy.port), "sslmode": "disable"])
        try await playground.at(204, "SELECT example.fill(204, 40, 13)")
        try await playground.orderForPool(40)
        return (playground, proxy, try await playground.order(Playground.person1))
    }

    @Test(
        "a connection that dies in the middle of the rows costs the set that was asked, and the next run takes it whole",
        arguments: [2_000, 9_000, 40_000, 150_000])
    func cut(afterBytes count: Int) async throws {
        let (playground, proxy, order) = try await make()
        try await playground.interpose(at: 204)
        await proxy.set(.cut(afterBytes: count))
        let summary = try await playground.run()
        try await playground.expect(
            ExpectedFault("unreachable", "connection_lost", errno: "ECONNRESET", phase: "query", orNoErrno: true),
            of: order, in: summary, orders: 41)
        try await playground.expectUnharmed(order, in: summary)
        #expect(try await playground.questions(at: 204) == 1, "the source was answering when the line broke")
        let half = try await playground.value(
            "SELECT count(*) FROM resutveksl.external_results r JOIN resutveksl.external_studies USING (study_id)")
        #expect(half == "1", "nothing of 204 but what 203 gave")

        await proxy.set(.pass)
        try await playground.own("UPDATE resutveksl.orders SET due_at = now()")
        let next = try await playground.run()
        #expect(next.isComplete)
        #expect(next.lanes.keys.map(\.rawValue) == [204])
        #expect(try await playground.state(order) == .completed)
        let whole = try await playground.value("SELECT count(*) FROM resutveksl.external_results")
        #expect(whole == String(1 + next.rows))
        #expect(next.rows > 300)
    }

    @Test("what was imported before the line broke stays, and only the rest is asked again")
    func cutBetweenSets() async throws {
        let (playground, proxy, _) = try await make()
        try await playground.own("UPDATE resutveksl.sources SET set_size = 10 WHERE source = 204")
        try await playground.interpose(at: 204)
        await proxy.set(.cut(afterBytes: 120_000))
        let summary = try await playground.run()
        let lane = try #require(try summary.lanes[playground.institution(204)])
        #expect(lane.fault?.kind == .connectionLost)
        #expect(lane.asked > 0 && lane.asked.isMultiple(of: 10))
        #expect(lane.remaining == 41 - lane.asked)
        let asked = try await playground.questions(at: 204)

        await proxy.set(.pass)
        try await playground.own("UPDATE resutveksl.orders SET due_at = now() WHERE state = 'awaiting_retry'")
        let next = try await playground.run()
        #expect(next.orders == lane.remaining)
        #expect(next.settlement.completed == lane.remaining)
        #expect(try await playground.questions(at: 204) == asked + (lane.remaining + 9) / 10)
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.result_changes") == "0",
            "nothing came twice")
    }

    @Test("a line that goes half open while the source answers costs the statement's deadline")
    func halfOpen() async throws {
        let (playground, proxy, order) = try await make()
        try await playground.hurry(connect: 300, statement: 400)
        let lock = try await playground.lockPersons(at: 204)
        let worker = Task { try await playground.run() }
        try await playground.wait {
            try await $0.value(
                at: 204,
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                == "1"
        }
        await proxy.set(.halfOpen)
        let began = ContinuousClock.now
        let summary = try await worker.value
        #expect(.now - began < .seconds(15))
        await lock.close()
        try await playground.expect(
            ExpectedFault("timed_out", "too_slow", errno: "ETIMEDOUT", phase: "query"), of: order, in: summary,
            orders: 41)
        try await playground.expectUnharmed(order, in: summary)
    }
}
