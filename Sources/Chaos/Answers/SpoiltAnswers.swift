import Postgres

/// Spoils a source's answers about some persons, each in another way, and checks that it costs only those.
struct SpoiltAnswers {
    /// One way in which an answer can be bad.
    struct Kind: Sendable {
        /// A column of the answer, and an expression over the true row that takes its place.
        var column = ""
        var value = ""
        /// In which rows.
        var record = "result"
        /// Rows that come so often, the second with the column's value.
        var times = 1
        /// Whether the person's answer is refused for it.
        var spoils = true
    }

    let ground: FaultGround
    let kinds: [Kind]

    private var site: Site { ground.site }
    private var source: Int32 { ground.victim.institution }

    func play(persons: Int) async throws -> (ScenarioResult, spoilt: Int) {
        let round = Round(site)
        var result = ScenarioResult(rounds: 1)
        result.orders = try await round.begin(0..<persons)
        let orders = try await ordersToSpoil()
        try await ground.wrap("sql", wrapper(Array(zip(kinds, orders))))
        var found: [Violation] = []
        do {
            found += try await round.drainOnce()
            found += try await round.compare(faulted: [], outcomes: [])
            found += try await taken()
        } catch {
            try? await ground.unwrap()
            throw error
        }
        try await ground.unwrap()
        try await site.own("DELETE FROM chaos.spoilt")
        let (recovery, oddities) = try await round.drain()
        result.recovery = recovery
        Round.tell(found.filter { $0.order == nil } + oddities)
        result.add(found + oddities)
        result.add(try await round.end())
        return (result, zip(kinds, orders).count { $0.0.spoils })
    }

    /// As many orders as there are kinds, of persons of whom the source has several results; they ought to fail for now.
    private func ordersToSpoil() async throws -> [Int64] {
        try await site.withOwn { own in
            _ = try await own.query("SELECT chaos.compare()", timeout: .seconds(120))
            let orders = try await own.query(
                """
                SELECT e.order_number FROM chaos.expected e
                WHERE e.source = $1 AND e.outcome = 'fetched' AND 3 <= (SELECT count(*) FROM chaos.steps s
                    WHERE s.order_number = e.order_number AND s.source = e.source
                        AND s.new ->> 'category' = 'Emne' AND s.new ->> 'part_of' IS NULL)
                ORDER BY e.order_number LIMIT $2
                """, source, kinds.count
            ).decode(Int64.self)
            if orders.count < kinds.count { throw ChaosError("too few persons to spoil the answers of") }
            _ = try await own.query(
                """
                INSERT INTO chaos.spoilt SELECT person_id, $1, 'invalid' FROM resutveksl.orders
                WHERE order_number = ANY ($2)
                """, source, zip(kinds, orders).filter { $0.0.spoils }.map(\.1))
            return orders
        }
    }

    /// Bad rows that stand here all the same.
    private func taken() async throws -> [Violation] {
        let count = try await site.value(
            "SELECT count(*) FROM chaos.standing JOIN chaos.spoilt USING (source, person_id)", as: Int.self)
        return count == 0
            ? [] : [Violation(kind: .wrong, rule: "bad_data_taken", source: source, detail: "\(count) rows")]
    }

    private static let columns = [
        "record", "ref", "person_number", "verdict", "answered", "held_back", "fingerprint", "institution",
        "result_key",
        "part_of_key", "category", "code", "version", "name_bokmal", "name_nynorsk", "name_english", "thesis_title",
        "thesis_title_english", "description_bokmal", "description_nynorsk", "description_english", "term_year", "term",
        "credits", "grading_rule", "grade_value", "grade", "obtained_on",
    ]

    private func wrapper(_ kinds: [(Kind, Int64)]) -> String {
        let list = Self.columns.map { column in
            let cases = kinds.filter { $0.0.column == column }.map { kind, order in
                let copy = kind.times > 1 ? " AND n = \(kind.times)" : ""
                return "WHEN t.ref = \(order) AND t.record = '\(kind.record)'\(copy) THEN \(kind.value)"
            }
            return cases.isEmpty ? "t.\(column)" : "CASE \(cases.joined(separator: " ")) ELSE t.\(column) END"
        }
        let times = kinds.filter { $0.0.times > 1 }.map { kind, order in
            "WHEN t.ref = \(order) AND t.record = '\(kind.record)' THEN \(kind.times)"
        }
        let copies = times.isEmpty ? "1" : "CASE \(times.joined(separator: " ")) ELSE 1 END"
        return """
            SELECT \(list.joined(separator: ", "))
            FROM \(FaultGround.truly) WITH ORDINALITY
                AS t (\(Self.columns.joined(separator: ", ")), place)
            CROSS JOIN LATERAL generate_series(1, \(copies)) AS n
            ORDER BY t.place, n
            """
    }
}
