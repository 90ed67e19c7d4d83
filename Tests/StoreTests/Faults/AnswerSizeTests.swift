import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// An answer that is too large is asked for in halves, until only the person is left whose own answer is too large.
@Suite struct AnswerSizeTests {
    @Test("only the person whose own answer is too large loses it", arguments: [true, false])
    func halved(overTCP: Bool) async throws {
        let playground = try await Playground.make()
        try await playground.addSource(
            203, reached: overTCP ? ["host": "127.0.0.1", "sslmode": "disable"] : [:])
        try await playground.at(203, "SELECT example.add_test_person_1(); SELECT example.fill(203, 60, 13)")
        try await playground.own("UPDATE resutveksl.sources SET answer_limit = 65536")
        try await playground.orderForPool(30)
        let large = try await playground.order(Playground.person1)
        try await playground.orderForOthers(30)
        try await playground.interpose(
            at: 203,
            answer: """
                SELECT a.record, a.ref, a.person_number, a.verdict, a.answered, a.held_back, a.fingerprint, a.institution,
                    a.result_key, a.part_of_key, a.category, a.code, a.version, a.name_bokmal, a.name_nynorsk,
                    a.name_english, a.thesis_title, a.thesis_title_english,
                    CASE WHEN a.ref = \(large) AND a.record = 'result' THEN repeat('x', 2000000)
                        ELSE a.description_bokmal END,
                    a.description_nynorsk, a.description_english, a.term_year, a.term, a.credits, a.grading_rule,
                    a.grade_value, a.grade, a.obtained_on
                FROM true_answer a
                """)
        let summary = try await playground.run()
        #expect(summary.orders == 61)
        let told = try await playground.value(
            """
            SELECT string_agg(concat_ws('|', order_number, outcome, fault, phase, attempt_days, outage_days), ' and ')
            FROM resutveksl.transfers WHERE outcome NOT IN ('fetched', 'refused')
            """)
        #expect(told == "\(large)|invalid|answer_too_large|query|1|0")
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.transfers WHERE next_attempt IS NULL") == "60")
        #expect(try await playground.state(large) == .awaitingRetry)
        #expect(playground.log.lines("cannot answer about one person", "order=\(large) ").count == 1)
        #expect(
            try await playground.value(
                """
                SELECT count(*) FROM resutveksl.transfer_log WHERE event = 'person_failed' AND order_number = \(large)
                    AND fault = 'answer_too_large' AND next_attempt > now()
                """) == "1")
        let questions = try await playground.questions(at: 203)
        #expect(questions <= 40, "\(questions) questions about 61 persons")
        try await playground.expectNothingPersonal()
    }
}

extension Playground {
    /// Orders for the next persons of the pool, after those for whom `orderForPool` did.
    func orderForOthers(_ count: Int) async throws {
        let connection = try await cluster.connect(database: "resutveksl_source_template")
        let known = try await value("SELECT count(*) FROM resutveksl.persons WHERE given_name IS NULL")
        let numbers = try await connection.query(
            "SELECT person_number FROM example.pool ORDER BY i OFFSET $1 LIMIT $2", Int(known ?? "") ?? 0, count
        ).decode(String.self)
        await connection.close()
        try await store.pool.withConnection { connection in
            _ = try await connection.query(
                """
                WITH added AS (
                    INSERT INTO resutveksl.persons (person_number) SELECT unnest($1) RETURNING person_id
                ), accepted AS (
                    INSERT INTO resutveksl.acceptances (person_id, answer, answered_on, channel)
                    SELECT person_id, 'J', '2026-01-01', 'Studentweb' FROM added
                )
                INSERT INTO resutveksl.orders (person_id) SELECT person_id FROM added
                """, numbers)
        }
    }
}
