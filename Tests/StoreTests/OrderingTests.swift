import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// Ordering, and what operators do in SQL.
@Suite struct OrderingTests {
    @Test("ordering answers Bestilt with date and time; ordering again answers with the open order")
    func place() async throws {
        let playground = try await Playground.make(203)
        let number = try PersonNumber(Playground.person1)
        _ = try await playground.store.addPerson(number, givenName: nil, familyName: nil)
        try await playground.mayBeAskedAboutAnybody()
        let first = try await playground.store.placeOrder(
            for: number, purpose: .approvalCase, reference: "2026/17", orderedBy: "anna")
        #expect(first.isNew)
        #expect(first.message.wholeMatch(of: /Bestilt \d\d\.\d\d\.\d{4} \d\d:\d\d/) != nil)
        let second = try await playground.store.placeOrder(
            for: number, purpose: .application, reference: nil, orderedBy: "berit")
        #expect(!second.isNew)
        #expect(second.number == first.number)
        #expect(second.message.hasPrefix(first.message + " and still open: order \(first.number) is "))
    }

    @Test("several case workers who order for the same person at once get the same order")
    func placeAtOnce() async throws {
        let playground = try await Playground.make(203)
        let number = try PersonNumber(Playground.person1)
        _ = try await playground.store.addPerson(number, givenName: nil, familyName: nil)
        try await playground.mayBeAskedAboutAnybody()
        let numbers = try await withThrowingTaskGroup(of: OrderNumber.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    try await playground.store.placeOrder(
                        for: number, purpose: .approvalCase, reference: nil, orderedBy: nil
                    ).number
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(numbers.count == 1)
    }

    @Test("SQL is an equal way in, and refuses bad numbers with a sentence that does not repeat them")
    func placeInSQL() async throws {
        let playground = try await Playground.make(203)
        _ = try await playground.store.addPerson(
            try PersonNumber(Playground.person1), givenName: nil, familyName: nil)
        try await playground.mayBeAskedAboutAnybody()
        let message = try await playground.value("SELECT message FROM resutveksl.place_order('015361 12185')")
        #expect(message?.hasPrefix("Bestilt ") == true)
        for (number, part) in [
            ("1536112185", "leading zero"), ("01536112186", "not a person number"), ("", "not a person number"),
            (Playground.person2, "Register the person first"),
        ] {
            let error = await #expect(throws: PostgresError.self) {
                try await playground.value("SELECT message FROM resutveksl.place_order('\(number)')")
            }
            #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
            #expect(number.isEmpty || error?.description.contains(number) == false)
        }
    }

    @Test("an FS-number is not used between institutions, and ordering says so")
    func fsNumber() async throws {
        let playground = try await Playground.make(203)
        let number = try #require(fsNumbers().first)
        _ = try await playground.store.addPerson(number, givenName: nil, familyName: nil)
        let error = await #expect(throws: StoreError.self) {
            try await playground.store.placeOrder(
                for: number, purpose: .application, reference: nil, orderedBy: nil)
        }
        #expect(error?.description.contains("this kind of person number") == true)
        // Nor does a number of a higher kind pass for an earlier one of it.
        await #expect(throws: PostgresError.self) {
            try await playground.addPerson(number, earlier: try PersonNumber(Playground.person1))
        }
    }

    private func fsNumbers() -> [PersonNumber] {
        (900...999).compactMap { PersonNumber.make(.fsNumber, day: 1, month: 3, year: 1961, individual: $0) }
    }

    @Test("an earlier number of the person is asked for too")
    func earlierNumber() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let real = try #require(
            (100...200).lazy.compactMap {
                PersonNumber.make(.birthNumber, day: 1, month: 3, year: 1961, individual: $0)
            }.first)
        try await playground.addPerson(real, earlier: try PersonNumber(Playground.person1))
        let order = try await playground.order(real.digits)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "fetched")
        #expect(try await playground.results(real.digits).map(\.code) == ["RES-100"])
    }

    @Test("a plain UPDATE re-queues: every source is asked afresh")
    func requeue() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.state(order) == .completed)
        try await playground.own("UPDATE resutveksl.orders SET state = 'ordered', due_at = now()")
        #expect(try await playground.outcome(order, 203) == "waiting")
        #expect(try await playground.run().orders == 1)
        #expect(try await playground.state(order) == .completed)
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.transfer_log WHERE event = 'requeued'") == "1")
    }

    @Test(
        "what makes no sense is refused with a sentence that says what to do",
        arguments: [
            ("state = 'completed'", "cannot be set from ordered to completed by hand"),
            ("state = 'fetching', claim_token = NULL", "only a worker can begin to fetch"),
            ("state = 'nonsense'", "cannot be set from ordered to nonsense"),
        ])
    func nonsense(change: String, part: String) async throws {
        let playground = try await Playground.make(203)
        try await playground.order(Playground.person1)
        let error = await #expect(throws: PostgresError.self) {
            try await playground.own("UPDATE resutveksl.orders SET \(change)")
        }
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("Set state = 'ordered'") == true)
    }

    @Test("an order that a worker holds cannot be changed by hand; one whose worker died can")
    func held() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1)
        let run = try await playground.store.beginRun(worker: "test")
        _ = try await playground.store.claim(run: run, limit: 10, lease: .seconds(60))
        let error = await #expect(throws: PostgresError.self) {
            try await playground.own("UPDATE resutveksl.orders SET state = 'ordered'")
        }
        #expect(error?.message.contains("is being fetched right now") == true)
        try await playground.own("UPDATE resutveksl.claims SET lease_until = now() - interval '1 second'")
        try await playground.own("UPDATE resutveksl.orders SET state = 'ordered'")
        #expect(try await playground.state(order) == .ordered)
    }

    @Test("a cancelled order is not fetched, and can be re-queued")
    func cancel() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1)
        try await playground.own("UPDATE resutveksl.orders SET state = 'cancelled'")
        #expect(try await playground.run().orders == 0)
        #expect(try await playground.outcome(order, 203) == "cancelled")
        try await playground.own("UPDATE resutveksl.orders SET state = 'ordered'")
        #expect(try await playground.run().orders == 1)
    }

    @Test("a connection string with a password is refused by the database too")
    func password() async throws {
        let playground = try await Playground.make()
        for string in ["host=x password=secret", "postgresql://u:secret@host/db", "postgresql://u@host/db?password=s"] {
            await #expect(throws: (any Error).self) {
                try await playground.own("INSERT INTO resutveksl.sources (source, conninfo) VALUES (203, '\(string)')")
            }
        }
    }

    @Test("the transfer log cannot be changed")
    func appendOnly() async throws {
        let playground = try await Playground.make()
        try await playground.order(Playground.person1)
        for statement in [
            "UPDATE resutveksl.transfer_log SET reason = 'x'", "DELETE FROM resutveksl.transfer_log",
            "TRUNCATE resutveksl.transfer_log",
        ] {
            await #expect(throws: PostgresError.self) { try await playground.own(statement) }
        }
    }
}
