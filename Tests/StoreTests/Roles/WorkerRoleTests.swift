import Exchange
import Postgres
import Store
import Testing
import Worker

/// The whole work under the worker's role: what it needs is all that it has.
@Suite struct WorkerRoleTests {
    /// 203 answers, nobody listens at 204; a login that is a member of resutveksl_worker works.
    private func playground() async throws -> (owner: Playground, worker: Playground) {
        let owner = try await Playground.make(203)
        try await owner.at(203, "SELECT example.add_test_person_1()")
        try await owner.register(204, .nobodyListens())
        try await owner.installRoles()
        return (owner, try owner.acting(as: .worker))
    }

    @Test("a run fetches, reports what changed, reschedules a dead source, and logs under its own name")
    func run() async throws {
        let (owner, worker) = try await playground()
        let first = try await owner.order(Playground.person1)
        let summary = try await worker.run()
        #expect(summary.orders == 1 && summary.rows == 1)
        #expect(try await owner.outcome(first, 203) == "fetched")
        #expect(try await owner.outcome(first, 204) == "unreachable")
        try await owner.at(203, "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 65")
        try await owner.own("SELECT resutveksl.requeue(\(first))")
        _ = try await worker.run()
        #expect(try await owner.store.order(first).changedResults == 1)
        try await owner.at(203, "DELETE FROM fs.studentvurdkombprotokoll")
        try await owner.own("SELECT resutveksl.requeue(\(first))")
        _ = try await worker.run()
        #expect(try await owner.store.order(first).missingResults == 1)
        #expect(
            try await owner.value(
                "SELECT string_agg(DISTINCT who, ' ') FROM resutveksl.transfer_log WHERE run_id IS NOT NULL")
                == UserRole.worker.login)
    }

    @Test("it refuses whom it may not ask about, pauses, gives up, and queues weekly refreshes")
    func rest() async throws {
        let (owner, worker) = try await playground()
        try await owner.own("UPDATE resutveksl.settings SET outage_days = 1")
        let first = try await owner.order(Playground.person1)
        _ = try await worker.run()
        #expect(try await owner.outcome(first, 204) == "given_up")
        try await owner.own(
            """
            INSERT INTO resutveksl.admissions (admission, opens_on, closes_on, refresh_weekday, refresh_at)
            SELECT 'M', resutveksl.local_date() - 20, resutveksl.local_date() + 20,
                extract(isodow FROM resutveksl.local_date() - 1), '12:00';
            INSERT INTO resutveksl.admission_orders (admission, application_number, person_id, order_number, added_at)
            SELECT 'M', '1', person_id, order_number, now() - interval '19 days' FROM resutveksl.orders;
            SELECT resutveksl.pause_source(204)
            """)
        let second = try await owner.order(Playground.person2)
        try await owner.acceptance(.no, Playground.person2)
        _ = try await worker.store.scheduleRefreshes()
        _ = try await worker.run()
        let outcome = try await owner.outcome(first, 204)
        #expect(outcome == "paused")
        #expect(try await owner.state(second) == .refused)
    }

    @Test("it takes over what a worker left that died, and counts that")
    func sweep() async throws {
        let (owner, worker) = try await playground()
        let order = try await owner.order(Playground.person1)
        let run = try await worker.store.beginRun(worker: "dead")
        _ = try await worker.store.claim(run: run, limit: 10, lease: .milliseconds(1))
        try await Task.sleep(for: .milliseconds(20))
        #expect(try await worker.store.sweep().claims == 1)
        #expect(try await owner.value("SELECT worker_deaths FROM resutveksl.orders") == "1")
        _ = try await worker.run()
        #expect(try await owner.outcome(order, 203) == "fetched")
    }

    @Test("a resident worker fetches an order that an orderer places, as it is placed")
    func watch() async throws {
        let (owner, worker) = try await playground()
        try await owner.own("UPDATE resutveksl.sources SET is_active = false WHERE source = 204")
        _ = try await owner.store.addPerson(
            try PersonNumber(Playground.person1), givenName: nil, familyName: nil)
        try await owner.acceptance(.yes, Playground.person1)
        let watching = Watching(worker)
        let placed = try await owner.acting(as: .orderer).store.placeOrder(
            for: try PersonNumber(Playground.person1), purpose: .approvalCase, reference: nil, orderedBy: "anna")
        try await owner.wait { try await $0.isCompleted(placed.number) }
        _ = try await watching.end()
        #expect(try await owner.results(Playground.person1).count == 1)
        #expect(
            try await owner.value("SELECT ordered_by || ' ' || placed_as FROM resutveksl.orders")
                == "anna \(UserRole.orderer.login)")
    }
}
