import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// The source's own functions fail because of somebody's data: whose it is turns out by asking in halves.
@Suite struct SourceErrorForOneTests {
    /// PL/pgSQL that fails in earnest, and the SQLSTATE that comes of it.
    static let errors = [
        ("PERFORM 1 / 0;", "22012"), ("PERFORM (SELECT n FROM generate_series(1, 2) n);", "21000"),
        ("PERFORM 'x'::date;", "22007"), ("PERFORM repeat('x', 1100000000);", "54000"),
    ]

    @Test(
        "6: only that person's answer is lost; the order says why, and the rest comes in the same run",
        arguments: errors)
    func one(statement: String, state: String) async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.fill(203, 64, 2); DELETE FROM fs.personakseptanse")
        try await playground.orderForPool(64)
        let bad = try await playground.orderNumbers()[41]
        try await playground.interpose(at: 203, "IF \(bad) = ANY (refs) THEN \(statement) END IF;")
        let summary = try await playground.run()
        let lane = try #require(try summary.lanes[playground.institution(203)])
        #expect(lane.fault == nil)
        #expect(lane.invalid == 1)
        #expect(!summary.isComplete)
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.transfers WHERE outcome = 'fetched'") == "63")
        #expect(try await playground.outcome(bad, 204) == "nothing")
        let told = try await playground.value(
            """
            SELECT string_agg(concat_ws('|', t.outcome, t.fault, t.sqlstate, t.phase, t.attempt_days, t.outage_days,
                l.event, l.sqlstate, l.next_attempt = t.next_attempt), ' and ')
            FROM resutveksl.transfers t LEFT JOIN resutveksl.transfer_log l
                ON l.order_number = t.order_number AND l.event NOT IN ('ordered', 'completed')
            WHERE t.order_number = \(bad)
            """)
        #expect(told == "invalid|bad_person|\(state)|query|1|0|person_failed|\(state)|t")
        let lines = playground.log.lines("cannot answer about one person", "order=\(bad) ", "sqlstate=\(state) ")
        #expect(lines.count == 1)
        // 64, 32, 16, 8, 4, 2, 1 down to the person, and up again in sets that double.
        let questions = try await playground.questions(at: 203)
        #expect(questions <= 1 + 2 * 6 + 6, "\(questions) questions")
    }

    @Test("several such persons, the first and the last of a set among them, cost their own answers only")
    func several() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.fill(203, 64, 2); DELETE FROM fs.personakseptanse")
        try await playground.orderForPool(64)
        let orders = try await playground.orderNumbers()
        let bad = [orders[0], orders[30], orders[31], orders[63]]
        let list = bad.map(\.description).joined(separator: ", ")
        try await playground.interpose(at: 203, "IF refs && ARRAY[\(list)]::bigint[] THEN PERFORM 1 / 0; END IF;")
        let summary = try await playground.run()
        #expect(summary.settlement.completed == 60)
        let invalid = try await playground.value(
            "SELECT string_agg(order_number::text, ', ' ORDER BY order_number) FROM resutveksl.transfers WHERE outcome = 'invalid'"
        )
        #expect(invalid == list)
        let questions = try await playground.questions(at: 203)
        #expect(questions <= 1 + 4 * 12, "\(questions) questions")
    }

    @Test("a source that fails about everybody is given up for the night after a few questions")
    func everybody() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.orderForPool(200)
        try await playground.at(203, "SELECT example.fill(203, 200, 2); DELETE FROM fs.personakseptanse")
        try await playground.interpose(at: 203, "PERFORM 1 / 0;")
        let summary = try await playground.run { $0.claimSize = 100 }
        let lane = try #require(try summary.lanes[playground.institution(203)])
        #expect(lane.fault?.kind == .serverError)
        #expect(lane.fault?.sqlState == "22012")
        let questions = try await playground.questions(at: 203)
        #expect(questions <= 2 * 13, "\(questions) questions about 200 persons")
        let told = try await playground.value(
            """
            SELECT string_agg(outcome || ' ' || n, ', ' ORDER BY outcome) FROM (
                SELECT outcome, count(*) AS n FROM resutveksl.transfers WHERE source = 203 GROUP BY outcome) s
            """)
        #expect(told == "failed \(200 - lane.invalid), invalid \(lane.invalid)")
        #expect(lane.invalid <= 2 * LaneMachine.mostSetAsideInRow)
        #expect(try summary.lanes[playground.institution(204)]?.fault == nil)
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.transfer_log WHERE event = 'source_failed'")
                != "0")
    }

    /// What quotes a row: an error about the person's data, one that a trigger raises, and a warning.
    static let quotes = [
        "PERFORM (SELECT 'Kari Nordmann 15361 12185 fikk fjord'::text)::date;",
        "RAISE EXCEPTION 'Kari Nordmann 15361 12185 fikk fjord';",
        "RAISE EXCEPTION 'Kari Nordmann 01536112185 fikk fjord' USING ERRCODE = '23514';",
        "RAISE WARNING 'Kari Nordmann 15361 12185 fikk fjord';",
    ]

    @Test("9: what a source's errors and warnings quote of a row is not logged", arguments: quotes)
    func quoted(statement: String) async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.interpose(at: 203, statement)
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.questions(at: 203) == 1)
        try await playground.expectNothingPersonal(beside: ["Nordmann", "15361"])
    }

    @Test("text that is no UTF-8, from a database without an encoding, costs that person's answer only")
    func notUTF8() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.fill(203, 12, 2); DELETE FROM fs.personakseptanse")
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.orderForPool(12)
        let bad = try await playground.order(Playground.person1)
        try await playground.cluster.run(
            "UPDATE pg_database SET encoding = pg_char_to_encoding('SQL_ASCII') WHERE datname = '\(playground.database(of: 203))'"
        )
        try await playground.at(203, "UPDATE fs.emne SET emnenavn_bokmal = E'Innf\\xF8ring' WHERE emnekode = 'RES-100'")
        let summary = try await playground.run()
        #expect(summary.settlement.completed == 12)
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.transfers WHERE outcome = 'fetched'") == "12")
        let told = try await playground.value(
            "SELECT concat_ws('|', outcome, fault, sqlstate) FROM resutveksl.transfers WHERE order_number = \(bad)")
        #expect(told == "invalid|bad_person|22021")
        try await playground.expectNothingPersonal()
    }
}
