import Testing

/// Whether a source demands consent, and from when.
@Suite struct ConsentRuleTests {
    private static let tomorrow = "\(Day.today) + 1"

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: String
        let verdict: String

        init(_ name: String, _ change: String, _ verdict: String) {
            testDescription = name
            self.change = change
            self.verdict = verdict
        }
    }

    @Test(
        "without an answer, the source's rule decides",
        arguments: [
            Case("as installed", "", "no_consent"),
            Case("not required", "UPDATE resutveksl.rules SET consent_required = false", "fetched"),
            Case("required from tomorrow", "UPDATE resutveksl.rules SET consent_from = \(tomorrow)", "fetched"),
            Case("required from today", "UPDATE resutveksl.rules SET consent_from = \(Day.today)", "no_consent"),
            Case(
                "not required from tomorrow",
                "UPDATE resutveksl.rules SET consent_required = false, consent_from = \(tomorrow)", "no_consent"),
            Case(
                "not required from today",
                "UPDATE resutveksl.rules SET consent_required = false, consent_from = \(Day.today)", "fetched"),
            Case("no rule", "DELETE FROM resutveksl.rules", "no_consent"),
        ])
    func withoutAnswer(_ test: Case) async throws {
        try await Source.undoing { source in
            try await source.run(test.change)
            let answer = try await source.ask(Question(consent: nil))
            #expect(answer.persons.map(\.verdict) == [test.verdict])
            #expect(
                try await source.texts("SELECT resutveksl.consent_required()::text")
                    == [test.verdict == "fetched" ? "false" : "true"])
        }
    }

    @Test("a refusal stops where consent is not required, at the source as from the requester")
    func refusal() async throws {
        try await Source.undoing { source in
            try await source.run("UPDATE resutveksl.rules SET consent_required = false")
            #expect(try await source.ask(Question(consent: "N")).persons.map(\.verdict) == ["refused"])
            try await source.run(
                """
                INSERT INTO fs.personakseptanse (fodselsdato, personnr, akseptansetypekode, dato_svar, status_svar)
                VALUES (15361, 12185, 'RESUTVEKSL', '2020-01-01', 'N')
                """)
            #expect(try await source.ask(Question(consent: nil)).persons.map(\.verdict) == ["refused"])
        }
    }
}
