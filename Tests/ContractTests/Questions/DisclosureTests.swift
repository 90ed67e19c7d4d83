import Postgres
import Testing

/// The record of what was answered, and that there is no answer without it.
@Suite struct DisclosureTests {
    /// All of a record but its number and time.
    private static let record = """
        SELECT concat_ws(' ', requester, role_name, purpose, basis, coalesce(legal_basis, '-'), ref, fodselsdato, personnr,
            consent, coalesce(consent_date::text, '-'), verdict, rows, held_back)
        FROM resutveksl.disclosures ORDER BY id
        """

    @Test("every person row is recorded: to whom, why, on what basis and consent, and what was answered")
    func recorded() async throws {
        try await Source.undoing { source in
            try await source.run("UPDATE resutveksl.rules SET legal_basis = 'law'")
            var question = Question([.init(ref: 8), .init(ref: 3, number: TestPerson.second, consent: nil)])
            question.consentDates = "{2024-02-29,NULL}"
            question.purposes = "{external_study,approval_case}"
            let asked = question
            _ = try await source.ask(asked)
            #expect(
                try await source.texts(Self.record) == [
                    "215 resutveksl_requester approval_case test law 3 195883 12510 none - no_consent 0 0",
                    "215 resutveksl_requester external_study test law 8 15361 12185 requester 2024-02-29 fetched 1 0",
                ])
        }
    }

    @Test("a consent or refusal at the source is recorded as the source's", arguments: ["J", "N"])
    func ofSource(answer: String) async throws {
        try await Source.undoing { source in
            try await source.run(
                """
                INSERT INTO fs.personakseptanse (fodselsdato, personnr, akseptansetypekode, dato_svar, status_svar)
                VALUES (15361, 12185, 'RESUTVEKSL', '2020-01-01', '\(answer)')
                """)
            _ = try await source.ask(Question())
            let outcome = answer == "J" ? "fetched 1 0" : "refused 0 0"
            #expect(
                try await source.texts(Self.record) == [
                    "215 resutveksl_requester application test - 1 15361 12185 source 2020-01-01 \(outcome)"
                ])
        }
    }

    @Test("an answer that is unchanged is recorded with the results that it confirmed")
    func unchanged() async throws {
        try await Source.undoing { source in
            let fingerprint = try await source.ask(Question()).persons.first?.fingerprint
            _ = try await source.ask(Question(fingerprint: fingerprint))
            let verdicts = try await source.texts("SELECT verdict || rows FROM resutveksl.disclosures ORDER BY id")
            #expect(verdicts == ["fetched1", "unchanged1"])
        }
    }

    @Test("where the record cannot be written there is no answer")
    func readOnly() async throws {
        try await Source.undoing { source in
            try await source.run("SET TRANSACTION READ ONLY")
            let error = try await source.refusal(of: Question())
            #expect(error.sqlState == "25006")
            #expect(error.message.contains("read-only transaction"))
        }
    }
}
