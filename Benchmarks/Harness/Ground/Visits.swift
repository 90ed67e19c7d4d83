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

    /// Orders one after the other, until the worker's connections are open and its statements planned, as in a resident worker.
    ///
    /// - Returns: how long the very first one took.
    func warm(_ sessions: ConnectionPool) async throws -> Duration {
        var first: Duration?
        for visitor in visitors.prefix(Self.warming) {
            let times = try await visit(visitor, sessions).pay(at: .now + Visit.lead)
            first = first ?? times?.visible
        }
        return first ?? .zero
    }

    private static let warming = 10

    /// Orders at fixed moments, whatever became of those before, and waits for all of each person's results.
    ///
    /// With one order after the other a worker that stands still for seconds would delay one of them only; so it delays
    /// all that come meanwhile, as it would in life.
    ///
    /// - Parameters:
    ///   - quiet: sources whose results are not waited for.
    ///   - interval: from one order to the next.
    ///   - condition: a query that tells whether what is looked at still goes on.
    func measure(
        _ sessions: ConnectionPool, _ series: String, _ ground: Ground, without quiet: [Int32] = [],
        every interval: Duration = .milliseconds(100), while condition: String? = nil
    ) async throws {
        let chosen = visitors.dropFirst(Self.warming).filter { $0.rows.contains { !quiet.contains($0.key) } }
        let count = ground.size(250, quick: 40)
        guard chosen.count >= count else { throw BenchError("only \(chosen.count) visitors with results") }
        let began = ContinuousClock.now + interval
        let found = try await withThrowingTaskGroup(of: (Int, Visit.Times?).self) { group in
            for (number, visitor) in chosen.prefix(count).enumerated() {
                let due = began + interval * number
                try await Task.sleep(until: due - Visit.lead, clock: .continuous)
                if let condition, number > 0 {
                    let goesOn = try await sessions.withConnection {
                        try await $0.query(Statement(condition)).single(Bool.self)
                    }
                    if !goesOn { break }
                }
                let visit = visit(visitor, sessions, without: quiet, while: condition)
                group.addTask { (number, try await visit.pay(at: due)) }
            }
            return try await group.reduce(into: [(Int, Visit.Times?)]()) { $0.append($1) }
        }
        for (_, times) in found.sorted(by: { $0.0 < $1.0 }) {
            guard let times else { continue }
            ground.book.add(series, times.visible / .milliseconds(1), unit: "ms")
            if let completed = times.completed {
                ground.book.add("\(series).completed", completed / .milliseconds(1), unit: "ms")
            }
        }
    }

    private func visit(
        _ visitor: Visitor, _ sessions: ConnectionPool, without quiet: [Int32] = [], while condition: String? = nil
    ) -> Visit {
        Visit(
            sessions: sessions, person: visitor.person, number: visitor.number,
            rows: visitor.rows.filter { !quiet.contains($0.key) }.values.reduce(0, +), quiet: quiet,
            condition: condition)
    }
}
