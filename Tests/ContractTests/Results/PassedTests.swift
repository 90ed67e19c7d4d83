import Testing

/// Which rows of the protocol are passed results.
@Suite struct PassedTests {
    struct Mark: Sendable, CustomTestStringConvertible {
        let rule: Int32
        let value: String
        /// Nil where it is not passed.
        let grade: String?
        var testDescription: String { "rule \(rule): \(value)" }

        init(_ rule: Int32, _ value: String, _ grade: String? = nil) {
            self.rule = rule
            self.value = value
            self.grade = grade
        }
    }

    @Test(
        "a value between the best and the worst passing one of its rule is passed, in whichever direction they run",
        arguments: [
            Mark(30, "65", "A"), Mark(30, "61", "E"), Mark(31, "66", "Bestått"), Mark(31, "61", "E"),
            Mark(28, "51", "A"), Mark(28, "55", "E"), Mark(29, "50", "Bestått"), Mark(29, "55", "E"),
            Mark(1, "1.0", "1.0"), Mark(1, "2.3", "2.3"), Mark(1, "4.0", "4.0"), Mark(11, "1", "Bestått"),
            Mark(20, "1", "Godkjent"),
        ])
    func passed(_ mark: Mark) async throws {
        let result = try #require(try await marked(mark).results.first)
        #expect(result.gradingRule == mark.rule)
        #expect(result.gradeValue == (mark.value.hasSuffix(".0") ? String(mark.value.dropLast(2)) : mark.value))
        #expect(result.grade == mark.grade)
    }

    @Test(
        "a value beyond either is not",
        arguments: [
            Mark(30, "60"), Mark(30, "66"), Mark(31, "60"), Mark(31, "67"), Mark(28, "56"), Mark(28, "50"),
            Mark(29, "56"), Mark(29, "49"), Mark(1, "4.1"), Mark(1, "6.0"), Mark(1, "0.9"), Mark(11, "0"),
            Mark(20, "0"),
        ])
    func failed(_ mark: Mark) async throws {
        let person = try await marked(mark)
        #expect(person.verdict == "nothing")
        #expect(person.results.isEmpty)
    }

    @Test(
        "a row that is not valid, or has no value or no rule, is no result",
        arguments: [
            "status_gyldig = 'N'", "status_manuelt_ugyldig = 'J'", "karaktertall = NULL", "karregelkode = NULL",
        ])
    func invalid(change: String) async throws {
        let person = try await changed(change)
        #expect(person.verdict == "nothing")
        #expect(person.answered == 0)
        #expect(person.fingerprint == nil)
        #expect(person.results.isEmpty)
    }

    @Test("manually invalid may be unknown; then the row is valid")
    func unknownValidity() async throws {
        #expect(try await changed("status_manuelt_ugyldig = NULL").verdict == "fetched")
    }

    @Test("a value without a name stands for itself")
    func unnamed() async throws {
        #expect(try await marked(Mark(30, "62.5", nil)).results.map(\.grade) == ["62.5"])
    }

    private func marked(_ mark: Mark) async throws -> Answer.Person {
        try await changed("karregelkode = \(mark.rule), karaktertall = \(mark.value)")
    }

    private func changed(_ assignments: String) async throws -> Answer.Person {
        try await Source.undoing { source in
            try await source.run("UPDATE fs.studentvurdkombprotokoll SET \(assignments) WHERE fodselsdato = 15361")
            return try #require(try await source.ask(Question()).persons.first)
        }
    }
}
