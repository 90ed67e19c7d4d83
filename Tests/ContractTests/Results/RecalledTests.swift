import Testing

/// In a large question, an answer is only made where rows were written since the last one.
@Suite struct RecalledTests {
    /// The first test person among strangers, so many that row versions are looked at.
    private static func set(_ fingerprint: String? = nil) -> Question {
        let strangers = (2...100).map { Question.Element(ref: $0, number: String(10_101_000_000 + $0)) }
        return Question([Question.Element(fingerprint: fingerprint)] + strangers)
    }

    @Test("what has not changed is told from the last answer, which is not made again")
    func recalled() async throws {
        try await Source.undoing { source in
            try await source.run(Degree(diploma: "NULL").insert)
            let first = try #require(try await source.ask(Self.set()).persons.first)
            #expect(first.verdict == "fetched" && first.results.count == 1)
            // Nobody who makes the answer would count so many.
            try await source.run("UPDATE resutveksl.answers SET results = 77")
            let again = try #require(try await source.ask(Self.set(first.fingerprint)).persons.first)
            #expect(again.verdict == "unchanged" && again.answered == 77 && again.results.isEmpty)
            #expect(again.fingerprint == first.fingerprint && again.heldBack == 1)
            #expect(
                try await source.texts("SELECT concat_ws(' ', verdict, rows) FROM resutveksl.disclosures ORDER BY id")
                    == ["fetched 1", "unchanged 77"])
            let other = try #require(try await source.ask(Self.set(String(repeating: "0", count: 32))).persons.first)
            #expect(other.verdict == "fetched" && other.answered == 1, "another fingerprint was not the last answer's")
        }
    }

    @Test(
        "whatever is written to what an answer is made of is noticed",
        arguments: FingerprintTests.changes + [
            "UPDATE fs.karakterregel SET karaktertall_darligste_bestatt = 60",
            "UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'N'", "DELETE FROM fs.studentvurdkombprotokoll",
            "UPDATE fs.studentvurdkombprotokoll SET karaktertall = karaktertall",
            "UPDATE fs.person SET fornavn = 'Kari'",
        ])
    func noticed(_ change: String) async throws {
        try await Source.undoing { source in
            let first = try #require(try await source.ask(Self.set()).persons.first)
            try await source.run(change)
            // A small question makes every answer anew.
            let made = try await source.ask(Question(fingerprint: first.fingerprint)).persons.first
            for _ in 0..<2 {
                let told = try await source.ask(Self.set(first.fingerprint)).persons.first
                #expect(told?.verdict == made?.verdict && told?.fingerprint == made?.fingerprint)
                #expect(told?.answered == made?.answered && told?.results.count == made?.results.count)
            }
        }
    }

    @Test("a degree that comes to be shown, with its link, and one that is taken back are noticed")
    func degrees() async throws {
        try await Source.undoing { source in
            try await source.run(Degree().insert)
            var last = try #require(try await source.ask(Self.set()).persons.first)
            #expect(last.results.count == 2)
            for change in ["DELETE FROM fs.emne_i_grad_prot", "UPDATE fs.oppnadd_grad_prot SET dato_utlev_vitn = NULL"]
            {
                try await source.run(change)
                let next = try #require(try await source.ask(Self.set(last.fingerprint)).persons.first)
                #expect(next.verdict == "fetched" && next.fingerprint != last.fingerprint)
                last = next
            }
            #expect(last.heldBack == 1)
        }
    }

    @Test("that there is nothing to show is told again too, and results that come are noticed")
    func nothing() async throws {
        try await Source.undoing { source in
            try await source.run("UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'N'")
            for _ in 0..<2 { #expect(try await source.ask(Self.set()).persons.map(\.verdict) == ["nothing"]) }
            #expect(try await source.texts("SELECT results::text FROM resutveksl.answers") == ["0"])
            try await source.run("UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'J'")
            #expect(try await source.ask(Self.set()).persons.map(\.verdict) == ["fetched"])
        }
    }

    @Test("where a table is a view, every answer is made anew")
    func views() async throws {
        try await Source.undoing { source in
            try await source.run("ALTER TABLE fs.emne RENAME TO emne_there; CREATE VIEW fs.emne AS TABLE fs.emne_there")
            let first = try #require(try await source.ask(Self.set()).persons.first)
            let again = try await source.ask(Self.set(first.fingerprint)).persons.first
            #expect(first.verdict == "fetched" && again?.verdict == "unchanged")
            #expect(try await source.texts("SELECT count(*)::text FROM resutveksl.answers") == ["0"])
        }
    }

    @Test("where a part of a table is foreign, row versions are not relied on")
    func foreignPart() async throws {
        try await Source.undoing { source in
            #expect(try await source.texts("SELECT resutveksl.has_row_versions()::text") == ["true"])
            try await source.run(
                """
                CREATE FOREIGN DATA WRAPPER anything; CREATE SERVER there FOREIGN DATA WRAPPER anything;
                CREATE FOREIGN TABLE fs.old () INHERITS (fs.emne) SERVER there
                """)
            #expect(try await source.texts("SELECT resutveksl.has_row_versions()::text") == ["false"])
        }
    }

    @Test("columns that change places are noticed, though no row was written")
    func columns() async throws {
        try await Source.undoing { source in
            try await source.run("UPDATE fs.emne SET emnenavn_nynorsk = 'another'")
            let first = try #require(try await source.ask(Self.set()).persons.first)
            try await source.run(
                """
                ALTER TABLE fs.emne RENAME emnenavn_bokmal TO other;
                ALTER TABLE fs.emne RENAME emnenavn_nynorsk TO emnenavn_bokmal;
                ALTER TABLE fs.emne RENAME other TO emnenavn_nynorsk
                """)
            let next = try #require(try await source.ask(Self.set(first.fingerprint)).persons.first)
            #expect(next.verdict == "fetched" && next.fingerprint != first.fingerprint)
        }
    }

    @Test("a refusal is heeded at once, whatever the last answer was")
    func refusal() async throws {
        try await Source.undoing { source in
            let first = try #require(try await source.ask(Self.set()).persons.first)
            var question = Self.set(first.fingerprint)
            question.consents = question.consents?.replacing("{J", with: "{N")
            #expect(try await source.ask(question).persons.map(\.verdict) == ["refused"])
        }
    }
}
