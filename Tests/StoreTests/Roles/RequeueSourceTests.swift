import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// `requeue_source`: what one source missed, and nothing else.
@Suite struct RequeueSourceTests {
    /// Nobody listens at 203 and 204; an order has failed at both.
    private func playground() async throws -> (playground: Playground, order: OrderNumber) {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        for source in [203, 204] as [Int32] { try await playground.register(source, .nobodyListens()) }
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        return (playground, order)
    }

    private func isBack(_ source: Int32, at playground: Playground) async throws {
        try await playground.register(
            source,
            try playground.cluster.connectionString(
                database: playground.database(of: source), user: Playground.requester))
    }

    private func requeue(_ source: Int32, since: String = "-infinity", _ playground: Playground) async throws -> String?
    {
        try await playground.value(
            """
            SELECT concat_ws(' ', requeued, in_work, held, has_other_order)
            FROM resutveksl.requeue_source(\(source), '\(since)')
            """)
    }

    @Test("it is asked in the next run, and the other failed sources at their own time")
    func oneSource() async throws {
        let (playground, order) = try await playground()
        try await isBack(203, at: playground)
        let other = try await playground.value("SELECT next_attempt FROM resutveksl.transfers WHERE source = 204")
        #expect(try await requeue(203, playground) == "1 0 0 0")
        #expect(
            try await playground.value("SELECT next_attempt FROM resutveksl.transfers WHERE source = 204") == other)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "fetched")
        #expect(try await playground.outcome(order, 204) == "unreachable")
        #expect(try await playground.atSource(order, 204)?.attempts == 1)
        #expect(
            try await playground.value("SELECT next_attempt FROM resutveksl.transfers WHERE source = 204") == other)
    }

    @Test("what was given up there starts afresh, also of an order that is completed")
    func givenUp() async throws {
        let (playground, order) = try await playground()
        try await playground.own(
            """
            UPDATE resutveksl.settings SET outage_days = 1;
            SELECT resutveksl.requeue(\(order))
            """)
        _ = try await playground.run()
        #expect(try await playground.state(order) == .completed)
        #expect(try await playground.outcome(order, 203) == "given_up")
        try await isBack(203, at: playground)
        #expect(try await requeue(203, playground) == "1 0 0 0")
        #expect(try await playground.state(order) == .awaitingRetry)
        let summary = try await playground.run()
        #expect(summary.orders == 1)
        #expect(try await playground.outcome(order, 203) == "fetched")
        #expect(try await playground.outcome(order, 204) == "given_up", "the other one was not asked again")
        #expect(try await playground.state(order) == .completed)
        #expect(
            try await playground.value(
                """
                SELECT count(*) FROM resutveksl.transfer_log
                WHERE event = 'requeued' AND source = 203 AND orders = 1
                """) == "1")
    }

    @Test("orders that are held, in work or replaced by another order of the person are left, and counted")
    func left() async throws {
        let (playground, order) = try await playground()
        try await playground.own("SELECT resutveksl.hold(\(order), 'why')")
        #expect(try await requeue(203, playground) == "0 0 1 0")
        try await playground.own("SELECT resutveksl.release(\(order)); SELECT resutveksl.requeue_source(203)")
        let run = try await playground.store.beginRun(worker: "test")
        _ = try #require(try await playground.store.claim(run: run, limit: 10, lease: .seconds(60)))
        #expect(try await requeue(203, playground) == "0 1 0 0")
        #expect(try await playground.state(order) == .fetching)

        let (again, given) = try await self.playground()
        try await again.own(
            "UPDATE resutveksl.settings SET outage_days = 1; SELECT resutveksl.requeue(\(given))")
        _ = try await again.run()
        _ = try await again.order(Playground.person1)
        #expect(try await requeue(203, again) == "0 0 0 1")
    }

    @Test("only what failed since a moment, if one is named")
    func since() async throws {
        let (playground, _) = try await playground()
        #expect(try await requeue(203, since: "tomorrow", playground) == "0 0 0 0")
        #expect(try await requeue(203, since: "yesterday", playground) == "1 0 0 0")
    }

    @Test("a source that is paused, inactive or unknown is refused with a sentence")
    func refused() async throws {
        let (playground, _) = try await playground()
        try await playground.own("SELECT resutveksl.pause_source(203)")
        let paused = try await playground.refusal(of: "SELECT resutveksl.requeue_source(203)")
        #expect(paused.message.contains("source 203 is not asked: it is paused"))
        #expect(paused.message.contains("resume_source(203)"))
        try await playground.own("UPDATE resutveksl.sources SET is_active = false WHERE source = 204")
        #expect(
            try await playground.refusal(of: "SELECT resutveksl.requeue_source(204)").message.contains(
                "it is not active"))
        #expect(
            try await playground.refusal(of: "SELECT resutveksl.requeue_source(190)").message
                .contains("no source has the number 190"))
    }

    @Test("a plain UPDATE cannot make a completed order wait for nothing, or open a second order of a person")
    func plainUpdate() async throws {
        let (playground, order) = try await playground()
        try await playground.own("SELECT resutveksl.cancel(\(order))")
        let second = try await playground.order(Playground.person1)
        let error = try await playground.refusal(
            of: "UPDATE resutveksl.orders SET state = 'ordered' WHERE order_number = \(order)")
        #expect(error.sqlState == "23505")
        #expect(
            error.message.contains("order \(order) cannot be fetched again: the person has the open order \(second)"))
    }
}
