import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// A source that says something wrong about every one of some persons, and the truth about everybody else.
@Suite struct BadPersonTests {
    /// What came of one run over all cases, and which order is whose.
    private struct Night: Sendable {
        let playground: Playground
        let orders: [String: OrderNumber]
        let summary: RunSummary
    }

    /// One run for all cases: each has a person of its own, and there are ten about whom nothing is wrong.
    private static let night = Task {
        let playground = try await Playground.make(203, 204)
        let cases = BadPersonCase.all
        let count = cases.count + 10
        try await playground.at(203, "SELECT example.fill(203, \(count), 13); DELETE FROM fs.personakseptanse")
        try await playground.orderForPool(count)
        let numbers = try await playground.orderNumbers()
        let wrong = zip(numbers, cases).map { (order: $0, example: $1) }
        try await playground.interpose(at: 203, answer: BadPersonCase.answer(wrong))
        let summary = try await playground.run()
        let orders = wrong.map { ($0.example.testDescription, $0.order) }
        return Night(
            playground: playground, orders: Dictionary(orders) { first, _ in first }, summary: summary)
    }

    @Test(
        "bad data about a person costs that person's answer, and the order says which rule it broke",
        arguments: BadPersonCase.all)
    func badPerson(_ example: BadPersonCase) async throws {
        let night = try await Self.night.value
        let playground = night.playground
        let order = try #require(night.orders[example.testDescription])
        let told = try await playground.value(
            """
            SELECT concat_ws('|', outcome, fault, phase, reason, attempt_days, outage_days)
            FROM resutveksl.transfers WHERE order_number = \(order) AND source = 203 AND next_attempt > now()
            """)
        #expect(told == "invalid|bad_person|answer|\(example.rule.sentence)|1|0")
        let logged = try await playground.value(
            """
            SELECT string_agg(concat_ws('|', outcome, fault, phase, reason), ' and ') FROM resutveksl.transfer_log
            WHERE event = 'person_failed' AND order_number = \(order) AND next_attempt > now()
            """)
        #expect(logged == "invalid|bad_person|answer|\(example.rule.sentence)")
        let lines = playground.log.lines("bad data in the source's answer", " order=\(order) ")
        #expect(lines.count == 1)
        #expect(lines.first?.contains("rule=\(example.rule.rawValue) ") == true)
        #expect(try await playground.state(order) == .awaitingRetry)
        #expect(try await playground.outcome(order, 204) == "nothing", "the other source is settled")
        let results = try await playground.value(
            """
            SELECT count(*) FROM resutveksl.external_results r JOIN resutveksl.external_studies s USING (study_id)
            JOIN resutveksl.orders o USING (person_id) WHERE o.order_number = \(order)
            """)
        #expect(results == "0", "nothing of a bad answer is taken")
    }

    @Test("6: everybody else of the same set is imported in the same run, with one question")
    func everybodyElse() async throws {
        let night = try await Self.night.value
        let playground = night.playground
        let lane = try #require(try night.summary.lanes[playground.institution(203)])
        #expect(lane.fault == nil)
        #expect(lane.invalid == BadPersonCase.all.count)
        #expect(lane.found == 10)
        #expect(!night.summary.isComplete)
        #expect(try await playground.questions(at: 203) == 1)
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.transfers WHERE outcome = 'fetched'") == "10")
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.orders WHERE state = 'completed'") == "10")
        let numbers = try await playground.value("SELECT string_agg(person_number, ' ') FROM resutveksl.persons") ?? ""
        try await playground.expectNothingPersonal(beside: numbers.split(separator: " ").map(String.init))
    }

    @Test("8: somebody who was not asked for is thrown away and logged; those who were asked for lose nothing")
    func notAskedFor() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.fill(203, 5, 13); DELETE FROM fs.personakseptanse")
        try await playground.orderForPool(5)
        try await playground.interpose(
            at: 203,
            answer: """
                SELECT * FROM true_answer a UNION ALL
                SELECT a.record, a.ref + 1000000, a.person_number, a.verdict, a.answered, a.held_back, a.fingerprint,
                    a.institution, a.result_key, a.part_of_key, a.category, a.code, a.version, a.name_bokmal,
                    a.name_nynorsk, a.name_english, a.thesis_title, a.thesis_title_english, a.description_bokmal,
                    a.description_nynorsk, a.description_english, a.term_year, a.term, a.credits, a.grading_rule,
                    a.grade_value, a.grade, a.obtained_on
                FROM true_answer a WHERE a.record <> 'source'
                """)
        let summary = try await playground.run()
        #expect(summary.settlement.completed == 5)
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.external_results") == String(summary.rows))
        #expect(playground.log.lines("bad data", "rule=not_asked ", "order=- ").count == 1)
    }

    @Test("an answer that a source mends is fetched the next day, and counts no longer")
    func mended() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let order = try await playground.order(Playground.person1)
        try await playground.falsify(at: 203, order, "term", "'SOMMER'")
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "invalid")
        try await playground.at(
            203, "DROP FUNCTION resutveksl.ask_v1; ALTER FUNCTION resutveksl.ask_truly RENAME TO ask_v1")
        try await playground.own("UPDATE resutveksl.orders SET due_at = now()")
        #expect(try await playground.run().isComplete)
        #expect(try await playground.results(Playground.person1).map(\.code) == ["RES-100"])
        let told = try await playground.value(
            "SELECT concat_ws('|', outcome, coalesce(fault, reason, phase, '-'), attempts) FROM resutveksl.transfers")
        #expect(told == "fetched|-|2")
    }
}

extension Playground {
    func orderNumbers() async throws -> [OrderNumber] {
        try await store.pool.withConnection {
            try await $0.query("SELECT order_number FROM resutveksl.orders ORDER BY order_number").decode(Int64.self)
        }.compactMap(OrderNumber.init(rawValue:))
    }
}
