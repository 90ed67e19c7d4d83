import Testing

/// Who is found, and what a found person looks like.
@Suite struct PersonTests {
    @Test("the first test person comes with the leading zero and with all of RES-100")
    func firstTestPerson() async throws {
        let answer = try await Source.undoing { try await $0.ask(Question()) }
        #expect(answer.sharing == "open")
        #expect(answer.answered == 1)
        let person = try #require(answer.persons.first)
        #expect(answer.persons.count == 1)
        #expect(person.ref == 1)
        #expect(person.number == "01536112185")
        #expect(person.verdict == "fetched")
        #expect(person.answered == 1)
        #expect(person.heldBack == 0)
        #expect(person.fingerprint?.wholeMatch(of: /[0-9a-f]{32}/) != nil)
        let name = "Resultatutveksling, innføring"
        let course = Answer.Result(
            institution: 216, key: "216/E/RES-100/1/1/2014/HØST", partOfKey: nil, category: "Emne", code: "RES-100",
            version: "1",
            names: .init(bokmal: name, nynorsk: name, english: "Exchange of Results, Introduction"), thesisTitle: nil,
            thesisTitleEnglish: nil, descriptions: .init(), termYear: 2014, term: "HØST", credits: "10",
            gradingRule: 30, gradeValue: "64", grade: "B", obtainedOn: nil)
        #expect(person.results == [course])
    }

    @Test("each kind of row fills the columns of its kind")
    func columns() async throws {
        let filled = try await Source.undoing { source in
            try await source.run("SET LOCAL SESSION AUTHORIZATION \(ContractServer.requester)")
            return try await source.texts(
                """
                SELECT (SELECT string_agg(key, ' ' ORDER BY ordinality)
                    FROM json_each_text(row_to_json(a)) WITH ORDINALITY WHERE value IS NOT NULL)
                FROM resutveksl.ask_v1('{1}', '{\(TestPerson.first)}', '{J}', '{NULL}', '{NULL}', '{application}', 'x')
                    AS a
                """)
        }
        #expect(
            filled == [
                "record verdict answered",
                "record ref person_number verdict answered held_back fingerprint",
                "record ref institution result_key category code version name_bokmal name_nynorsk name_english "
                    + "term_year term credits grading_rule grade_value grade",
            ])
    }

    @Test("somebody unknown gets no row and leaves no trace")
    func unknown() async throws {
        try await Source.undoing { source in
            let answer = try await source.ask(Question(TestPerson.nobody))
            #expect(answer.sharing == "open")
            #expect(answer.answered == 1)
            #expect(answer.persons.isEmpty)
            #expect(try await source.texts("SELECT id::text FROM resutveksl.disclosures").isEmpty)
        }
    }

    @Test(
        "an FS-number finds nobody where the month is 51 to 62, nor does an FH-number",
        arguments: [
            (15361, 95000, "01536195000"), (315_161, 90000, "31516190000"), (16261, 90000, "01626190000"),
            (915_361, 10000, "91536110000"), (810_170, 10000, "81017010000"),
        ])
    func localNumber(birthDate: Int, personNumber: Int, number: String) async throws {
        let answer = try await asking(number, knowing: (birthDate, personNumber))
        #expect(answer.answered == 1)
        #expect(answer.persons.isEmpty)
    }

    @Test(
        "numbers that only resemble them find their person",
        arguments: [
            (15361, 89999, "01536189999"), (15061, 95000, "01506195000"), (16361, 95000, "01636195000"),
            (710_170, 10000, "71017010000"), (10161, 5, "01016100005"),
        ])
    func similarNumber(birthDate: Int, personNumber: Int, number: String) async throws {
        let answer = try await asking(number, knowing: (birthDate, personNumber))
        #expect(answer.persons.map(\.number) == [number])
        #expect(answer.persons.map(\.verdict) == ["nothing"])
        #expect(answer.persons.map(\.answered) == [0])
        #expect(answer.persons.map(\.fingerprint) == [nil])
    }

    private func asking(_ number: String, knowing person: (Int, Int)) async throws -> Answer {
        try await Source.undoing { source in
            try await source.run(
                """
                INSERT INTO fs.person (fodselsdato, personnr, personlopenr, fornavn, etternavn)
                VALUES (\(person.0), \(person.1), 99, 'Kari', 'Nordmann')
                """)
            return try await source.ask(Question(number))
        }
    }
}
