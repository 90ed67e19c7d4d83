import Testing

/// What the source and the requester know of a person's consent, and what follows from it.
@Suite struct ConsentTests {
    /// An answer in fs.personakseptanse.
    struct Acceptance: Sendable {
        var type = "RESUTVEKSL"
        var day = "2020-01-01"
        let answer: String?
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let acceptances: [Acceptance]
        let sent: String?
        let verdict: String

        init(_ name: String, _ acceptances: [Acceptance] = [], sent: String? = nil, gives verdict: String) {
            testDescription = name
            self.acceptances = acceptances
            self.sent = sent
            self.verdict = verdict
        }
    }

    @Test(
        "the newest answer that says J or N counts, a refusal before a consent",
        arguments: [
            Case("J sent", sent: "J", gives: "fetched"),
            Case("nobody has asked", gives: "no_consent"),
            Case("N sent", sent: "N", gives: "refused"),
            Case("J", [Acceptance(answer: "J")], gives: "fetched"),
            Case("J under the other spelling", [Acceptance(type: "RESULTATUTVEKS", answer: "J")], gives: "fetched"),
            Case("J of another type", [Acceptance(type: "ANNET", answer: "J")], gives: "no_consent"),
            Case("J, N sent", [Acceptance(answer: "J")], sent: "N", gives: "refused"),
            Case("N", [Acceptance(answer: "N")], gives: "refused"),
            Case("N, J sent", [Acceptance(answer: "N")], sent: "J", gives: "refused"),
            Case("N of another type, J sent", [Acceptance(type: "ANNET", answer: "N")], sent: "J", gives: "fetched"),
            Case(
                "N and J on one day, J sent",
                [Acceptance(answer: "N"), Acceptance(type: "RESULTATUTVEKS", answer: "J")], sent: "J", gives: "refused"),
            Case(
                "J and N on one day, J sent",
                [Acceptance(answer: "J"), Acceptance(type: "RESULTATUTVEKS", answer: "N")], sent: "J", gives: "refused"),
            Case(
                "N, a newer J", [Acceptance(answer: "N"), Acceptance(day: "2020-01-02", answer: "J")], gives: "fetched"),
            Case(
                "N, a newer J, still newer no answer",
                [
                    Acceptance(answer: "N"), Acceptance(day: "2020-01-02", answer: "J"),
                    Acceptance(day: "2020-01-03", answer: nil),
                ], gives: "fetched"),
            Case(
                "N, a newer J, a still newer N",
                [
                    Acceptance(answer: "N"), Acceptance(day: "2020-01-02", answer: "J"),
                    Acceptance(day: "2020-01-03", answer: nil), Acceptance(day: "2020-01-04", answer: "N"),
                ], sent: "J", gives: "refused"),
            Case("a row without an answer", [Acceptance(answer: nil)], gives: "no_consent"),
        ])
    func newestAnswer(_ test: Case) async throws {
        try await Source.undoing { source in
            try await add(test.acceptances, to: source)
            expect(test.verdict, in: try await source.ask(Question(consent: test.sent)))
        }
    }

    @Test(
        "where all types are inactive a J is no consent and an N still a refusal",
        arguments: [
            Case("J", [Acceptance(answer: "J")], gives: "no_consent"),
            Case("J, J sent", [Acceptance(answer: "J")], sent: "J", gives: "fetched"),
            Case("N", [Acceptance(answer: "N")], gives: "refused"),
            Case("N, J sent", [Acceptance(answer: "N")], sent: "J", gives: "refused"),
        ])
    func inactive(_ test: Case) async throws {
        try await Source.undoing { source in
            try await add(test.acceptances, to: source)
            try await source.run("UPDATE fs.akseptansetype SET status_aktiv = 'N'")
            expect(test.verdict, in: try await source.ask(Question(consent: test.sent)))
        }
    }

    @Test("a J counts while its own type is active, whatever the other is")
    func oneInactive() async throws {
        try await Source.undoing { source in
            try await add([Acceptance(answer: "J")], to: source)
            try await source.run(
                "UPDATE fs.akseptansetype SET status_aktiv = 'N' WHERE akseptansetypekode = 'RESULTATUTVEKS'")
            expect("fetched", in: try await source.ask(Question(consent: nil)))
            try await source.run("UPDATE fs.akseptansetype SET status_aktiv = 'N'")
            try await source.run(
                "UPDATE fs.akseptansetype SET status_aktiv = 'J' WHERE akseptansetypekode = 'RESULTATUTVEKS'")
            expect("no_consent", in: try await source.ask(Question(consent: nil)))
        }
    }

    private func add(_ acceptances: [Acceptance], to source: Source) async throws {
        try await source.run("INSERT INTO fs.akseptansetype (akseptansetypekode) VALUES ('ANNET')")
        for acceptance in acceptances {
            try await source.run(
                """
                INSERT INTO fs.personakseptanse (fodselsdato, personnr, akseptansetypekode, dato_svar, status_svar)
                VALUES (15361, 12185, '\(acceptance.type)', '\(acceptance.day)',
                    \(acceptance.answer.map { "'\($0)'" } ?? "NULL"))
                """)
        }
    }

    private func expect(_ verdict: String, in answer: Answer, at place: SourceLocation = #_sourceLocation) {
        #expect(answer.persons.map(\.verdict) == [verdict], sourceLocation: place)
        let isFetched = verdict == "fetched"
        #expect(answer.persons.map(\.answered) == [isFetched ? 1 : 0], sourceLocation: place)
        #expect(answer.persons.map(\.heldBack) == [0], sourceLocation: place)
        #expect(answer.persons.map { $0.fingerprint != nil } == [isFetched], sourceLocation: place)
        #expect(answer.persons.map(\.results.count) == [isFetched ? 1 : 0], sourceLocation: place)
    }
}
