import Postgres

/// Breaks what a good run has left, one thing at a time, and looks whether the verifier says so.
///
/// A verifier that sees nothing is worth nothing: each break names the rule that has to find it.
struct SelfTest {
    private struct Break {
        let name: String
        let rule: String
        let kind: Violation.Kind
        /// Run in a transaction that is rolled back.
        let script: String
    }

    let stage: Stage

    /// - Returns: whether every break was seen, and nothing was before the first.
    func run() async throws -> Bool {
        let site = try await stage.site("self_test")
        let round = Round(site)
        _ = try await round.begin()
        _ = try await round.drain()
        var isGood = try await round.end().isEmpty
        Progress.say("nothing broken: \(isGood ? "nothing seen" : "SEEN SOMETHING")")
        // A second round, so that changes are told.
        var generator = SeededGenerator(seed: stage.seed, part: "self_test")
        try await site.changeSources(&generator)
        _ = try await round.begin()
        _ = try await round.drain()
        let violations = try await Verifier(site: site).violations()
        Round.tell(violations)
        isGood = isGood && violations.isEmpty
        for one in Self.breaks {
            let seen = try await see(one, site)
            let isSeen = seen.contains { $0.rule == one.rule && $0.kind == one.kind }
            let what = seen.map { "\($0.kind.rawValue) \($0.rule)" }
            Progress.say(
                "\(one.name): \(isSeen ? "seen" : "NOT SEEN as \(one.kind) \(one.rule)") \(Set(what).sorted())")
            isGood = isGood && isSeen
        }
        return isGood
    }

    private func see(_ one: Break, _ site: Site) async throws -> [Violation] {
        try await site.withOwn { connection in
            try await connection.execute(script: "BEGIN; SET LOCAL session_replication_role = replica; " + one.script)
            _ = try await connection.query("SELECT chaos.compare()")
            let rows = try await connection.query(Verifier.selection)
            let seen = try Verifier.read(rows)
            try await connection.execute(script: "ROLLBACK")
            return seen
        }
    }

    private static let anyPair = """
        (SELECT order_number, source FROM chaos.orders JOIN resutveksl.transfers USING (order_number)
            WHERE outcome = 'fetched' ORDER BY 1, 2 LIMIT 1)
        """

    private static let anyResult = """
        (SELECT s.result_id FROM chaos.steps t JOIN chaos.standing s USING (source, person_id, result_key)
            WHERE t.new IS NOT NULL ORDER BY 1 LIMIT 1)
        """

    private static let breaks = [
        Break(
            name: "a result is gone", rule: "result_missing", kind: .lost,
            script: "DELETE FROM resutveksl.external_results WHERE result_id = \(anyResult)"),
        Break(
            name: "a result stands twice", rule: "result_twice", kind: .duplicated,
            script: """
                DROP INDEX resutveksl.external_results_once;
                INSERT INTO resutveksl.external_results (study_id, origin, source, result_key, category, code)
                SELECT study_id, origin, source, result_key, category, code FROM resutveksl.external_results
                WHERE result_id = \(anyResult)
                """),
        Break(
            name: "a result is another", rule: "result_differs", kind: .wrong,
            script: "UPDATE resutveksl.external_results SET credits = 99 WHERE result_id = \(anyResult)"),
        Break(
            name: "a result that nobody holds", rule: "result_unfounded", kind: .wrong,
            script: """
                UPDATE resutveksl.external_results SET result_key = 'x' WHERE result_id = \(anyResult)
                """),
        Break(
            name: "an order is left", rule: "order_state", kind: .lost,
            script: """
                UPDATE resutveksl.orders SET state = 'awaiting_retry', due_at = now()
                WHERE order_number = (SELECT min(order_number) FROM chaos.orders WHERE state = 'completed')
                """),
        Break(
            name: "an order is refused for no reason", rule: "order_state", kind: .wrong,
            script: """
                UPDATE resutveksl.orders SET state = 'refused', refusal = 'refused'
                WHERE order_number = (SELECT min(order_number) FROM chaos.orders WHERE state = 'completed')
                """),
        Break(
            name: "an outcome is another", rule: "pair_outcome", kind: .wrong,
            script: "UPDATE resutveksl.transfers SET outcome = 'nothing' WHERE (order_number, source) = \(anyPair)"),
        Break(
            name: "a fetched pair has no row", rule: "pair_outcome", kind: .wrong,
            script: "DELETE FROM resutveksl.transfers WHERE (order_number, source) = \(anyPair)"),
        Break(
            name: "a pair is not settled", rule: "pair_outcome", kind: .lost,
            script: """
                UPDATE resutveksl.transfers SET outcome = 'failed', next_attempt = now()
                WHERE (order_number, source) = \(anyPair)
                """),
        Break(
            name: "a change is told twice", rule: "change_told", kind: .duplicated,
            script: """
                INSERT INTO resutveksl.result_changes (order_number, result_id, kind, field)
                SELECT order_number, result_id, kind, field FROM resutveksl.result_changes
                WHERE change_id = (SELECT max(change_id) FROM resutveksl.result_changes)
                """),
        Break(
            name: "a change is not told", rule: "change_told", kind: .lost,
            script: """
                DELETE FROM resutveksl.result_changes
                WHERE change_id = (SELECT max(change_id) FROM resutveksl.result_changes)
                """),
        Break(
            name: "new results are counted twice", rule: "pair_counts", kind: .duplicated,
            script:
                "UPDATE resutveksl.transfers SET new_results = new_results + 1 WHERE (order_number, source) = \(anyPair)"
        ),
        Break(
            name: "an order's count is another", rule: "order_counts", kind: .duplicated,
            script:
                "UPDATE resutveksl.orders SET new_results = new_results + 1 WHERE (order_number) = (SELECT order_number FROM \(anyPair) p)"
        ),
        Break(
            name: "a pair is settled twice", rule: "settled_twice", kind: .duplicated,
            script: "INSERT INTO chaos.writes SELECT * FROM chaos.writes WHERE (order_number, source) = \(anyPair)"),
        Break(
            name: "a source is asked again", rule: "asked_again", kind: .duplicated,
            script: "INSERT INTO chaos.disclosures SELECT source, order_number, now() FROM \(anyPair) p"),
        Break(
            name: "somebody is asked about who refused", rule: "asked_without_consent", kind: .wrong,
            script: """
                INSERT INTO chaos.disclosures SELECT 203, min(order_number), now() FROM chaos.orders WHERE state = 'refused'
                """),
        Break(
            name: "a worker writes that does not hold the order", rule: "stale_write", kind: .wrong,
            script: "UPDATE chaos.writes SET holder = 'x:1' WHERE (order_number, source) = \(anyPair)"),
        Break(
            name: "a worker writes whose lease has run out", rule: "stale_write", kind: .wrong,
            script: "UPDATE chaos.writes SET is_held = false WHERE (order_number, source) = \(anyPair)"),
    ]
}
