import Postgres

/// Single orders for persons of whom it is known what is to be found.
struct Visits: Sendable {
    private struct Visitor: Sendable {
        let person: Int64
        let number: String
        /// How many rows each source has.
        let rows: [Int32: Int]
    }

    private let visitors: [Visitor]

    /// Learns from a run what there is to be fetched.
    static func plan(_ ground: Ground) async throws -> Visits {
        let plan = ground.world.plan
        return try await ground.withOwn(template: BenchWorld.idleTemplate) { own in
            try await own.run(
                """
                INSERT INTO resutveksl.orders (person_id) SELECT person_id FROM resutveksl.persons
                WHERE person_id > \(plan.orders) ORDER BY person_id
                """)
            _ = try await ground.drain(own)
            let found = try await own.with { own in
                try await own.query(
                    """
                    SELECT s.person_id, r.source, count(*) FROM resutveksl.external_results r
                    JOIN resutveksl.external_studies s USING (study_id) GROUP BY 1, 2
                    """
                ).decode(Int64.self, Int32.self, Int.self)
            }
            let rows = Dictionary(grouping: found) { $0.0 }
            let visitors = (plan.orders..<plan.orders + plan.visitors).compactMap { place -> Visitor? in
                let person = Int64(place + 1)
                guard let rows = rows[person] else { return nil }
                return Visitor(
                    person: person, number: ground.world.people.number(place),
                    rows: Dictionary(rows.map { ($0.1, $0.2) }) { $0 + $1 })
            }
            return Visits(visitors: visitors)
        }
    }

    /// Orders for one after the other and waits for all of the person's results.
    ///
    /// - Parameters:
    ///   - quiet: sources whose results are not waited for.
    ///   - condition: a query that tells whether it may go on; left out, it goes on for as many orders as there are to be.
    func measure(
        _ own: OwnDatabase, _ series: String, _ ground: Ground, without quiet: [Int32] = [],
        while condition: String? = nil
    ) async throws {
        let chosen = visitors.filter { $0.rows.contains { !quiet.contains($0.key) } }
        let warming = condition == nil ? 10 : 0
        let count = ground.size(250, quick: 200) + warming
        guard chosen.count >= count else { throw BenchError("only \(chosen.count) visitors with results") }
        try await own.with { own in
            for (number, visitor) in chosen.prefix(count).enumerated() {
                let expected = visitor.rows.filter { !quiet.contains($0.key) }.values.reduce(0, +)
                let began = ContinuousClock.now
                let order = try await own.query(
                    "SELECT order_number FROM resutveksl.place_order($1)", visitor.number
                ).single(Int64.self)
                try await Self.poll(own, Self.visible, visitor.person, Int64(expected), quiet)
                let visible = ContinuousClock.now - began
                if quiet.isEmpty, condition == nil { try await Self.poll(own, Self.completed, order) }
                let completed = ContinuousClock.now - began
                if let condition, try await !own.query(Statement(condition)).single(Bool.self) { break }
                guard number >= warming else { continue }
                ground.book.add(series, visible / .milliseconds(1), unit: "ms")
                if quiet.isEmpty, condition == nil {
                    ground.book.add("\(series).completed", completed / .milliseconds(1), unit: "ms")
                }
            }
        }
    }

    private static let visible = Statement(
        prepared: "visible",
        """
        SELECT count(*) >= $2 FROM resutveksl.external_studies s JOIN resutveksl.external_results r USING (study_id)
        WHERE s.person_id = $1 AND r.source <> ALL ($3)
        """)

    private static let completed = Statement(
        prepared: "completed", "SELECT state = 'completed' FROM resutveksl.orders WHERE order_number = $1")

    /// Asks every millisecond, at most for a minute.
    private static func poll(
        _ own: Connection, _ question: Statement, _ values: any PostgresEncodable...
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !own.query(question, arguments: values).single(Bool.self) {
            if .now > deadline { throw BenchError("an order was not fetched within a minute") }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}
