import Testing

/// Which degrees may be shown, and what they look like.
@Suite struct DegreeTests {
    private static let course = "216/E/RES-100/1/1/2014/HØST"
    private static let key = "216/K/BACHELOR/2015-06-15"
    private static let invalidCourse =
        "UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'N' WHERE fodselsdato = 15361"

    @Test("with a diploma handed out before today the degree comes after its course, which is linked to it")
    func shown() async throws {
        let person = try await person(Degree())
        #expect(person.verdict == "fetched")
        #expect(person.answered == 2)
        #expect(person.heldBack == 0)
        #expect(person.results.map(\.key) == [Self.course, Self.key])
        #expect(person.results.map(\.partOfKey) == [Self.key, nil])
        let degree = Answer.Result(
            institution: 216, key: Self.key, partOfKey: nil, category: "Kvalifikasjon", code: "BACHELOR", version: nil,
            names: .init(bokmal: "Bachelor", nynorsk: nil, english: "Bachelor"), thesisTitle: nil,
            thesisTitleEnglish: nil, descriptions: .init(), termYear: 2015, term: "VÅR", credits: nil,
            gradingRule: nil, gradeValue: nil, grade: nil, obtainedOn: "2015-06-15")
        #expect(person.results.last == degree)
    }

    @Test(
        "without one, or with one of today or later, it is counted and nothing of it is told",
        arguments: [Day.today, "\(Day.today) + 1", "NULL"])
    func heldBack(diploma: String) async throws {
        let person = try await person(Degree(diploma: diploma))
        #expect(person.verdict == "fetched")
        #expect(person.answered == 1)
        #expect(person.heldBack == 1)
        #expect(person.results.map(\.key) == [Self.course])
        #expect(person.results.map(\.partOfKey) == [nil])
    }

    @Test(
        "today is the day in Norway, wherever the session is",
        arguments: ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
    func timeZone(zone: String) async throws {
        let setting = "SET LOCAL TimeZone = '\(zone)'"
        #expect(try await person(Degree(diploma: Day.today), after: setting).heldBack == 1)
        #expect(try await person(Degree(diploma: "\(Day.today) - 1"), after: setting).heldBack == 0)
    }

    @Test("a degree that is held back does not change the fingerprint")
    func heldBackFingerprint() async throws {
        let without = try await Source.undoing { try await $0.ask(Question()) }.persons.first?.fingerprint
        #expect(try await person(Degree(diploma: "NULL")).fingerprint == without)
    }

    @Test("a person with nothing but a degree held back has nothing, and one is held back")
    func nothingElse() async throws {
        let person = try await person(Degree(diploma: "NULL"), after: Self.invalidCourse)
        #expect(person.verdict == "nothing")
        #expect(person.answered == 0)
        #expect(person.heldBack == 1)
    }

    @Test("where consent is missing or refused nobody has looked", arguments: [nil, "N"])
    func withoutConsent(sent: String?) async throws {
        let person = try await person(Degree(diploma: "NULL"), after: Self.invalidCourse, consent: sent)
        #expect(person.verdict == (sent == nil ? "no_consent" : "refused"))
        #expect(person.answered == 0)
        #expect(person.heldBack == 0)
    }

    @Test("a degree that is manually invalid is neither shown nor held back", arguments: ["NULL", "\(Day.today) - 1"])
    func invalid(diploma: String) async throws {
        let person = try await person(Degree(diploma: diploma, isManuallyInvalid: true), after: Self.invalidCourse)
        #expect(person.verdict == "nothing")
        #expect(person.answered == 0)
        #expect(person.heldBack == 0)
    }

    @Test("a link to a degree that is manually invalid is not told")
    func invalidLink() async throws {
        let person = try await person(Degree(hasCourse: false), Degree(obtained: "2014-12-18", isManuallyInvalid: true))
        #expect(person.results.map(\.key) == [Self.course, Self.key])
        #expect(person.results.map(\.partOfKey) == [nil, nil])
    }

    @Test("a course of two degrees points to the one obtained first; July ends the spring term")
    func two() async throws {
        let person = try await person(Degree(obtained: "2017-08-01"), Degree(obtained: "2015-07-31"))
        #expect(
            person.results.map(\.key) == [
                Self.course, "216/K/BACHELOR/2015-07-31", "216/K/BACHELOR/2017-08-01",
            ])
        #expect(person.results.map(\.partOfKey) == ["216/K/BACHELOR/2015-07-31", nil, nil])
        #expect(person.results.map(\.termYear) == [2014, 2015, 2017])
        #expect(person.results.map(\.term) == ["HØST", "VÅR", "HØST"])
    }

    @Test("a course of a degree held back and of one that is shown points to the one that is shown")
    func oneHeldBack() async throws {
        let person = try await person(Degree(obtained: "2015-06-15", diploma: "NULL"), Degree(obtained: "2017-08-01"))
        #expect(person.heldBack == 1)
        #expect(person.results.map(\.partOfKey) == ["216/K/BACHELOR/2017-08-01", nil])
    }

    @Test("a degree that was never elsewhere is the institution's own")
    func own() async throws {
        let person = try await person(
            Degree(), andThen: "UPDATE fs.oppnadd_grad_prot SET institusjonsnr_original = NULL")
        #expect(person.results.map(\.institution) == [203, 216])
        #expect(person.results.map(\.partOfKey) == [nil, "203/K/BACHELOR/2015-06-15"])
    }

    private func person(
        _ degrees: Degree..., after change: String = "", andThen last: String = "", consent: String? = "J"
    ) async throws -> Answer.Person {
        try await Source.undoing { source in
            try await source.run(change)
            for degree in degrees { try await source.run(degree.insert) }
            try await source.run(last)
            return try #require(try await source.ask(Question(consent: consent)).persons.first)
        }
    }
}
