/// Answers that must not be taken, which cost one person's answer and nothing else.
extension Scenario {
    static let badData = Scenario(
        name: "bad_data",
        sentence: "A source answers wrongly about some persons, about each in another way, all at once."
    ) { stage in
        try await spoilt(
            stage, "bad_data",
            [
                .init(column: "institution", value: "999"),
                .init(column: "grade_value", value: "60.5"),
                .init(column: "term", value: "'JUL'"),
                .init(column: "term_year", value: "99999"),
                .init(column: "name_bokmal", value: "repeat('x', 100000)"),
                .init(column: "name_english", value: "E'a\\x01b'"),
                .init(column: "part_of_key", value: "'203/K/NONE/2000-01-01'"),
                .init(column: "credits", value: "-5"),
                .init(column: "credits", value: "'NaN'::numeric"),
                .init(column: "category", value: "'Kurs'"),
                .init(column: "code", value: "NULL"),
                .init(column: "obtained_on", value: "DATE '0001-01-01'"),
                .init(column: "answered", value: "t.answered + 1", record: "person"),
                .init(column: "fingerprint", value: "'x'", record: "person"),
                .init(column: "verdict", value: "'maybe'", record: "person"),
                .init(column: "verdict", value: "t.verdict", record: "person", times: 2),
                .init(column: "result_key", value: "t.result_key", times: 2),
                // An answer about somebody who was not asked for is thrown away, and harms nobody.
                .init(column: "ref", value: "424242", record: "person", times: 2, spoils: false),
            ])
    }

    static let tooLarge = Scenario(
        name: "too_large", sentence: "A source's answer about one person is larger than it may be."
    ) { stage in
        try await spoilt(
            stage, "too_large", [.init(column: "description_bokmal", value: "repeat('x', 200000)")], answerLimit: 65_536
        )
    }

    private static func spoilt(
        _ stage: Stage, _ name: String, _ kinds: [SpoiltAnswers.Kind], answerLimit: Int? = nil
    ) async throws -> ScenarioResult {
        var generator = SeededGenerator(seed: stage.seed, part: name)
        let site = try await stage.site(name)
        if let answerLimit { try await site.own("UPDATE resutveksl.sources SET answer_limit = \(answerLimit)") }
        var result = ScenarioResult()
        var spoilt = 0
        for number in 0..<stage.rounds(4, quick: 1) {
            // The worst case first in one round, somewhere among the others in the next.
            let ground = FaultGround(site: site, victim: site.sources[number % 2 == 0 ? 2 : 3])
            let answers = SpoiltAnswers(ground: ground, kinds: kinds)
            let (part, count) = try await answers.play(persons: site.plan.persons)
            result.add(part)
            spoilt += count
            try await site.changeSources(&generator)
            // A person whose answer has not changed would answer nothing that could be spoilt.
            if number % 2 == 1 { break }
        }
        result.figure("spoilt", spoilt)
        return result
    }
}
