import Exchange
import Store
import Testing

/// Random histories of what a source has: what stands here depends on the last answer only, and each difference is told.
@Suite struct MergeHistoryTests {
    private static let pairs = 25

    @Test(
        "importing a history equals importing its last state on top of nothing, apart from changes, control and marks",
        arguments: 1...6)
    func histories(seed: Int) async throws {
        let bench = try await ImportBench.make(2 * Self.pairs)
        let (old, twins) = (bench.persons.prefix(Self.pairs), bench.persons.suffix(Self.pairs))
        let byHand = """
            SELECT md5(string_agg(r::text, '|' ORDER BY result_id)) FROM resutveksl.external_results r
            WHERE origin = 'MANUELL'
            """
        var random = RandomResults(seed: UInt64(seed))
        var models: [Int64: MergeModel] = [:]
        var states: [Int64: [FetchedResult]] = [:]
        var handEntered: String??

        for step in 0..<6 {
            for person in old { states[person] = step == 0 ? random.whole() : random.next(after: states[person] ?? []) }
            // What was answered may be forgotten at any time, and nothing depends on it.
            try await bench.playground.own(
                "DELETE FROM resutveksl.person_sources WHERE (person_id + \(step)) % 3 = 0")
            try await bench.answer(states)
            for person in old {
                let expected = models[person, default: MergeModel()].answer(states[person] ?? [])
                #expect(try await bench.reported(of: person) == expected, "person \(person), step \(step)")
            }
            if step == 0 {
                try await bench.playground.own(
                    """
                    INSERT INTO resutveksl.external_results (study_id, category, code, name_bokmal, grade)
                    SELECT study_id, category, code, name_bokmal, grade FROM resutveksl.external_results;
                    """)
                handEntered = try await bench.playground.value(byHand)
            }
            #expect(try await bench.playground.value(byHand) == handEntered)
        }

        try await bench.answer(
            Dictionary(uniqueKeysWithValues: zip(twins, old).map { twin, person in (twin, states[person] ?? []) }))
        for (twin, person) in zip(twins, old) {
            #expect(try await bench.content(of: person) == bench.content(of: twin), "person \(person)")
            #expect(try await bench.reported(of: twin) == "")
            let missing = try await bench.playground.value(
                """
                SELECT string_agg(result_key, ' ' ORDER BY result_key) FROM resutveksl.external_results
                JOIN resutveksl.external_studies USING (study_id)
                WHERE person_id = \(person) AND missing_since IS NOT NULL
                """)
            let expected = models[person]?.missingKeys.sorted().joined(separator: " ") ?? ""
            #expect(missing ?? "" == expected, "person \(person)")
        }
    }

    @Test("importing the same again changes no row, not even a mark, and reports nothing", arguments: 1...4)
    func again(seed: Int) async throws {
        let bench = try await ImportBench.make(Self.pairs)
        var random = RandomResults(seed: UInt64(100 + seed))
        var states: [Int64: [FetchedResult]] = [:]
        for person in bench.persons { states[person] = random.whole() }
        try await bench.answer(states)
        for person in bench.persons { states[person] = random.next(after: states[person] ?? []) }
        try await bench.answer(states)

        let rows = "SELECT md5(string_agg(r::text, '|' ORDER BY result_id)) FROM resutveksl.external_results r"
        let written = "SELECT count(*) FROM resutveksl.study_log"
        let before = (try await bench.playground.value(rows), try await bench.playground.value(written))
        let counts = try await bench.answer(states)
        #expect(counts.new + counts.changed + counts.missing == 0)
        #expect(try await bench.playground.value(rows) == before.0)
        #expect(try await bench.playground.value(written) == before.1)
        for person in bench.persons { #expect(try await bench.reported(of: person) == "") }
    }

    @Test("every change that needs control is in the list, and marking the list leaves nothing to be checked")
    func marks() async throws {
        let bench = try await ImportBench.make(Self.pairs)
        var random = RandomResults(seed: 7)
        var states: [Int64: [FetchedResult]] = [:]
        for _ in 0..<4 {
            for person in bench.persons { states[person] = random.next(after: states[person] ?? random.whole()) }
            try await bench.answer(states)
            let wrong = try await bench.playground.value(
                """
                SELECT count(*) FROM resutveksl.external_results r
                WHERE needs_control <> EXISTS (SELECT FROM resutveksl.result_changes c
                    WHERE c.result_id = r.result_id AND kind <> 'added' AND seen_at IS NULL)
                """)
            #expect(wrong == "0")
        }
        try await bench.playground.own(
            "SELECT resutveksl.mark_changes_seen(person_number) FROM resutveksl.persons")
        #expect(
            try await bench.playground.value("SELECT count(*) FROM resutveksl.external_results WHERE needs_control")
                == "0")
    }
}
