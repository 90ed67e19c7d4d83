import Testing

/// What is told of a course: credits, term, titles.
@Suite struct CourseTests {
    struct Weight: Sendable, CustomTestStringConvertible {
        let course: String
        let unit: String
        var individual = "NULL"
        let credits: String?
        var testDescription: String { "\(unit) \(course), individual \(individual)" }
    }

    @Test(
        "credits are the person's own before the course's, a vekttall is three, an unknown unit is none",
        arguments: [
            Weight(course: "10", unit: "SP", credits: "10"), Weight(course: "2.5", unit: "VT", credits: "7.5"),
            Weight(course: "10", unit: "SP", individual: "4.5", credits: "4.5"),
            Weight(course: "2.5", unit: "VT", individual: "1", credits: "3"),
            Weight(course: "10", unit: "XX", credits: nil),
        ])
    func credits(_ weight: Weight) async throws {
        let results = try await results(
            after: """
                UPDATE fs.emne SET vektingstall = \(weight.course), vekttypekode = '\(weight.unit)'
                WHERE emnekode = 'RES-100';
                UPDATE fs.studentvurdkombprotokoll SET vektingstall_individuell = \(weight.individual)
                WHERE fodselsdato = 15361;
                """)
        #expect(results.map(\.credits) == [weight.credits])
    }

    @Test("a course passed in two terms is two results; a deferred examination counts in the term before")
    func twice() async throws {
        let results = try await results(
            after: """
                INSERT INTO fs.studentvurdkombprotokoll (institusjonsnr, emnekode, versjonskode, vurdkombkode, arstall,
                    vurdtidkode, fodselsdato, personnr, karregelkode, karaktertall, oppgavetittel_original,
                    oppgavetittel_engelsk)
                VALUES (216, 'RES-100', '1', '1', 2015, 'JAN', 15361, 12185, 30, 65, 'Om utveksling', 'On Exchange')
                """)
        #expect(results.map(\.key) == ["216/E/RES-100/1/1/2014/HØST", "216/E/RES-100/1/1/2015/JAN"])
        #expect(results.map(\.termYear) == [2014, 2014])
        #expect(results.map(\.term) == ["HØST", "HØST"])
        #expect(results.map(\.thesisTitle) == [nil, "Om utveksling"])
        #expect(results.map(\.thesisTitleEnglish) == [nil, "On Exchange"])
        #expect(results.map(\.grade) == ["B", "A"])
    }

    @Test("a term that the source does not know is told neither as year nor as term")
    func unknownTerm() async throws {
        let results = try await results(
            after: """
                ALTER TABLE fs.studentvurdkombprotokoll DROP CONSTRAINT studentvurdkombprotokoll_vurderingstid_fkey;
                DELETE FROM fs.vurderingstid WHERE arstall = 2014 AND vurdtidkode = 'HØST';
                """)
        #expect(results.map(\.termYear) == [nil])
        #expect(results.map(\.term) == [nil])
    }

    private func results(after change: String) async throws -> [Answer.Result] {
        try await Source.undoing { source in
            try await source.run(change)
            return try await source.ask(Question()).persons.flatMap(\.results)
        }
    }
}
