import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// The work is drained in sets: what a source sees grows with sets, not with orders.
@Suite struct SetTests {
    @Test("a source gets one question per set, whatever the number of orders")
    func questions() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.own("UPDATE resutveksl.sources SET set_size = 100")
        try await playground.orderForPool(950)
        let summary = try await playground.run { $0.claimSize = 500 }
        #expect(summary.orders == 950)
        #expect(summary.settlement.completed == 950)
        #expect(summary.sets == 2 * 10)
        for source: Int32 in [203, 204] {
            #expect(try await playground.questionsAsked(at: source) == 10, "at \(source)")
        }
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.transfers") == "0")
        #expect(
            try await playground.value("SELECT string_agg(DISTINCT outcome, ' ') FROM resutveksl.order_sources")
                == "nothing")
    }

    @Test("a claim begins with sets as large as those before it have found to suit the source")
    func goesOn() async throws {
        let playground = try await Playground.make(203)
        try await playground.orderForPool(2000)
        let summary = try await playground.run { $0.claimSize = 600 }
        #expect(summary.settlement.completed == 2000)
        // Three claims of 600 and one of 200: with nothing known of the source, each of 600 would be asked about as 500 and 100.
        #expect(try await playground.questionsAsked(at: 203) < 7)
    }

    @Test("who dies of one in its first set has asked about as many as it has noted", arguments: [nil, 700])
    func firstSet(_ noted: Int?) async throws {
        let playground = try await Playground.make(203)
        try await playground.orderForPool(900)
        let run = try await playground.store.beginRun(worker: "doomed")
        let claim = try #require(try await playground.store.claim(run: run, limit: 900, lease: .seconds(60)))
        if let noted {
            try await playground.store.note(firstSet: noted, of: try #require(claim.lanes.first), token: claim.token)
        }
        try await playground.own("UPDATE resutveksl.claims SET lease_until = now()")
        _ = try await playground.store.sweep()
        let suspects = try await playground.value("SELECT count(*) FROM resutveksl.orders WHERE worker_deaths = 1")
        #expect(suspects == "\(noted ?? LaneMachine.usualSetSize)")
    }

    @Test("a set goes over all of its claim's orders up to its last, whether or not each is asked about there")
    func span() async throws {
        let playground = try await Playground.make(203)
        try await playground.orderForPool(10)
        let run = try await playground.store.beginRun(worker: "test")
        let claim = try #require(try await playground.store.claim(run: run, limit: 10, lease: .seconds(60)))
        let numbers = claim.orders.map(\.number).sorted()
        #expect(claim.count(after: nil, through: numbers[2]) == 3)
        #expect(claim.count(after: numbers[2], through: numbers[9]) == 7)
    }

    @Test("a first set that is larger than usual is noted before it is asked about")
    func notedFirst() async throws {
        let playground = try await Playground.make(203)
        try await playground.orderForPool(2000)
        let watching = Watching(playground) { $0.pollInterval = .milliseconds(200) }
        let done = "SELECT bool_and(state = 'completed') FROM resutveksl.orders"
        try await playground.wait { try await $0.value(done) == "true" }
        let lock = try await playground.lockPersons(at: 203)
        try await playground.own("INSERT INTO resutveksl.orders (person_id) SELECT person_id FROM resutveksl.persons")
        try await playground.wait {
            try await $0.value(
                "SELECT bool_or(cursor IS NULL AND next_set > 500) FROM resutveksl.run_sources") == "true"
        }
        await lock.close()
        try await playground.wait { try await $0.value(done) == "true" }
        _ = try await watching.end()
    }

    @Test("results of many persons come over whole: as many rows as the source's own count")
    func manyPersons() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT * FROM example.fill(203, 300, 13)")
        try await playground.own("UPDATE resutveksl.sources SET set_size = 64")
        try await playground.orderForPool(300)
        let summary = try await playground.run()
        let stored = try await playground.value("SELECT count(*) FROM resutveksl.external_results")
        #expect(stored == String(summary.rows))
        #expect(summary.rows > 1000)
        let linked = try await playground.value(
            "SELECT count(*) > 0 FROM resutveksl.external_results WHERE part_of IS NOT NULL")
        #expect(linked == "true")

        try await playground.own("UPDATE resutveksl.orders SET state = 'ordered'")
        let refresh = try await playground.run()
        #expect(refresh.rows == 0, "the source sends nothing again that has not changed")
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.result_changes") == "0")
    }

    @Test("an import reads what its own set has, however much stands there already")
    func readsItsSetOnly() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT * FROM example.fill(203, 400, 13)")
        try await playground.own("UPDATE resutveksl.sources SET set_size = 10")
        try await playground.orderForPool(400)
        // Plans are made for tables that are known to be empty, and kept while they fill.
        try await playground.own("VACUUM ANALYZE")
        let summary = try await playground.run()
        await playground.store.pool.closeIdle()
        for table in ["external_results", "external_studies"] {
            // A session tells what it has done when it ends, and everything at once.
            try await playground.wait {
                try await $0.value(
                    """
                    SELECT n_tup_ins = (SELECT count(*) FROM resutveksl.\(table))
                    FROM pg_stat_user_tables WHERE relname = '\(table)'
                    """) == "true"
            }
            let read = try await playground.value(
                """
                SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = '\(table)')
                    + (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = '\(table)')
                """)
            // Each row is looked for a few times; with 40 sets, going through the table once for each reads twenty times as much.
            #expect(Int(read ?? "") ?? .max < 8 * summary.rows, "\(table): \(read ?? "") read for \(summary.rows) rows")
        }
    }

    @Test("sources where there is nothing are noted together, in one statement")
    func notedTogether() async throws {
        let playground = try await Playground.make(203, 204, 206)
        try await playground.own("INSERT INTO resutveksl.persons (person_number) VALUES ('01536112185')")
        try await playground.own("INSERT INTO resutveksl.orders (person_id) SELECT person_id FROM resutveksl.persons")
        try await playground.mayBeAskedAboutAnybody()
        let store = Store(
            pool: ConnectionPool(playground.store.pool.string, limit: 1, logger: playground.log.logger()),
            logger: playground.log.logger())
        let run = try await store.beginRun(worker: "test")
        let claim = try #require(try await store.claim(run: run, limit: 10, lease: .seconds(60)))
        let sets = try claim.lanes.map { lane in
            SetImport(
                token: claim.token, run: run, source: lane.source.institution, orders: lane.orders[...], answers: [:],
                cursor: try #require(lane.orders.last?.number), isLast: true, fingerprints: [:])
        }
        // While somebody else has the only connection.
        try await store.pool.withConnection { _ in
            for set in sets {
                Task { _ = try await store.write(set) }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        try await playground.wait {
            try await $0.value("SELECT bool_and(outcome = 'done' AND asked = 1) FROM resutveksl.run_sources") == "true"
        }
        #expect(
            try await playground.value(
                "SELECT concat(count(*), ' ', count(DISTINCT xmin::text)) FROM resutveksl.run_sources")
                == "3 1")
        await #expect(throws: StoreError.self, "the lane had moved already") { try await store.write(sets[0]) }
    }

    @Test("a session that hangs with an answer keeps no other question of its institution waiting")
    func hangs() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT * FROM example.fill(203, 150, 5)")
        try await playground.orderForPool(150)
        let hanging = try await playground.cluster.connect(
            database: playground.database(of: 203), user: Playground.requester)
        let numbers = try await playground.poolNumbers(150)
        _ = try await hanging.query("BEGIN")
        _ = try await hanging.query(
            "SELECT FROM resutveksl.ask_v1($1, $2, $3, $4, $5, $6, 'test')", Array(1...numbers.count), numbers,
            numbers.map { _ in "J" }, [PostgresDate?](repeating: nil, count: numbers.count),
            [String?](repeating: nil, count: numbers.count), numbers.map { _ in "application" })
        try await playground.own("UPDATE resutveksl.sources SET statement_timeout = '3 seconds'")
        let summary = try await playground.run()
        #expect(summary.settlement.completed == 150 && summary.rows > 0)
        #expect(try await playground.value(at: 203, "SELECT count(*) FROM resutveksl.answers") == "0")
        await hanging.close()
    }
}

extension Playground {
    /// The first persons of the pool, whom no source knows unless it is filled with them.
    func poolNumbers(_ count: Int) async throws -> [String] {
        let connection = try await cluster.connect(database: "resutveksl_source_template")
        let numbers = try await connection.query(
            "SELECT person_number FROM example.pool ORDER BY i LIMIT $1", count
        ).decode(String.self)
        await connection.close()
        return numbers
    }

    /// Registers the first persons of the pool, with consent, and orders for them.
    func orderForPool(_ count: Int) async throws {
        let numbers = try await poolNumbers(count)
        try await store.pool.withConnection { connection in
            _ = try await connection.query(
                "INSERT INTO resutveksl.persons (person_number) SELECT unnest($1)", numbers)
            try await connection.execute(
                script: """
                    INSERT INTO resutveksl.acceptances (person_id, answer, answered_on, channel)
                    SELECT person_id, 'J', '2026-01-01', 'Studentweb' FROM resutveksl.persons;
                    INSERT INTO resutveksl.orders (person_id) SELECT person_id FROM resutveksl.persons ORDER BY person_id;
                    """)
        }
    }
}
