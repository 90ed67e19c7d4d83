import Exchange
import Postgres
import Store
import Testing

/// Persons about whom source 203 answers what a test says, without there being a source.
struct ImportBench {
    let playground: Playground
    let persons: [Int64]
    private let run: RunNumber

    static func make(_ count: Int) async throws -> ImportBench {
        let playground = try await Playground.make()
        try await playground.register(203, .nobodyListens())
        try await playground.orderForPool(count)
        try await playground.own("DELETE FROM resutveksl.orders")
        let persons = try await playground.store.pool.withConnection {
            try await $0.query("SELECT person_id FROM resutveksl.persons ORDER BY person_id").decode(Int64.self)
        }
        return ImportBench(
            playground: playground, persons: persons, run: try await playground.store.beginRun(worker: "bench"))
    }

    /// Orders for some persons and imports what the source has about them, as a worker does: in one set.
    ///
    /// - Parameter states: by person; empty when there is nothing.
    @discardableResult
    func answer(_ states: [Int64: [FetchedResult]]) async throws -> ImportCounts {
        let store = playground.store
        try await store.pool.withConnection { connection in
            _ = try await connection.query(
                "INSERT INTO resutveksl.orders (person_id) SELECT unnest($1)", states.keys.sorted())
        }
        let claim = try #require(try await store.claim(run: run, limit: 10_000, lease: .seconds(600)))
        let work = try #require(claim.lanes.first)
        let answers = try work.orders.map { order in (order.number, try answer(states[order.person] ?? [])) }
        let cursor = try #require(work.orders.last?.number)
        let counts = try await store.write(
            SetImport(
                token: claim.token, run: run, source: 203, orders: work.orders[...],
                answers: Dictionary(uniqueKeysWithValues: answers), cursor: cursor,
                fingerprints: work.fingerprints))
        _ = try await store.endLane(work, .done, remaining: [], fault: nil, token: claim.token)
        _ = try await store.settle(claim.token)
        return counts
    }

    /// Always in full: the fingerprint is one that is never sent twice.
    private func answer(_ results: [FetchedResult]) throws -> PersonAnswer {
        if results.isEmpty { return .nothing(heldBack: 0) }
        var digits = ""
        for _ in 0..<32 { digits += String(Int.random(in: 0..<16), radix: 16) }
        return .fetched(
            PersonAnswer.Disclosure(
                foundUnder: try PersonNumber(Playground.person1), fingerprint: try #require(Fingerprint(digits)),
                resultCount: results.count, heldBack: 0),
            results: results)
    }

    /// What stands here of a person as fetched and there, or as fetched and missing: everything but what marks say.
    func content(of person: Int64, isMissing: Bool = false) async throws -> String? {
        try await playground.value(
            """
            SELECT string_agg(content, E'\\n' ORDER BY content) FROM (
                SELECT jsonb_build_object('institution', s.institution, 'whole', q.result_key) || to_jsonb(r)
                    - ARRAY['result_id', 'study_id', 'part_of', 'needs_control', 'missing_since', 'fetched_at'] AS content
                FROM resutveksl.external_results r
                JOIN resutveksl.external_studies s USING (study_id)
                LEFT JOIN resutveksl.external_results q ON q.result_id = r.part_of
                WHERE s.person_id = \(person) AND r.origin = 'AUTOMATISK' AND (r.missing_since IS NOT NULL) = \(isMissing)
            ) AS rows (content)
            """.replacing("string_agg(content,", with: "string_agg(content::text,"))
    }

    /// Kind and number of results, of what the newest order of a person reported: `added 2, changed 1`.
    func reported(of person: Int64) async throws -> String {
        try await playground.value(
            """
            SELECT string_agg(kind || ' ' || count, ', ' ORDER BY kind) FROM (
                SELECT kind, count(DISTINCT result_id) FROM resutveksl.result_changes
                WHERE order_number = (SELECT max(order_number) FROM resutveksl.orders WHERE person_id = \(person))
                GROUP BY kind) AS kinds
            """) ?? ""
    }
}
