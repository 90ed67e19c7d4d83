import Postgres

/// One order that is waited for, on a connection of its own.
struct Visit: Sendable {
    /// From the moment at which the order was to be placed.
    struct Times: Sendable {
        let visible: Duration
        let completed: Duration
    }

    /// So long before its moment a visit begins, to be connected by then.
    static let lead = Duration.milliseconds(200)

    let own: OwnDatabase
    let person: Int64
    let number: String
    /// How many results there are to be fetched.
    let rows: Int
    /// Sources whose results are not waited for; with some, nor is the order's completion.
    let quiet: [Int32]
    /// A query that tells whether what is looked at still goes on; what was seen after it is worth nothing.
    let condition: String?

    func pay(at due: ContinuousClock.Instant) async throws -> Times? {
        try await own.with { own in
            try await Task.sleep(until: due, clock: .continuous)
            let order = try await own.query(
                "SELECT order_number FROM resutveksl.place_order($1)", number
            ).single(Int64.self)
            try await Self.poll(own, Self.visible, person, Int64(rows), quiet)
            let visible = ContinuousClock.now - due
            if let condition, try await !own.query(Statement(condition)).single(Bool.self) { return nil }
            if quiet.isEmpty { try await Self.poll(own, Self.completed, order) }
            return Times(visible: visible, completed: ContinuousClock.now - due)
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

    /// Asks every millisecond, after a fifth of a second every hundredth part of what has gone by; at most for a minute.
    private static func poll(
        _ own: Connection, _ question: Statement, _ values: any PostgresEncodable...
    ) async throws {
        let began = ContinuousClock.now
        while try await !own.query(question, arguments: values).single(Bool.self) {
            let waited = ContinuousClock.now - began
            if waited > .seconds(60) { throw BenchError("an order was not fetched within a minute") }
            try await Task.sleep(for: waited < .milliseconds(200) ? .milliseconds(1) : waited / 100)
        }
    }
}
