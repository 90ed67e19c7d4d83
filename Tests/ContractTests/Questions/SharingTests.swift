import Testing

/// The first question: whether this institution shares at all.
@Suite struct SharingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let module: String?
        let reserve: String?
        let state: String
        var testDescription: String { "module \(module ?? "missing"), RESERVER \(reserve ?? "missing")" }
    }

    @Test(
        "it shares when the module is active and its RESERVER is N",
        arguments: [
            Case(module: "J", reserve: "N", state: "open"), Case(module: "J", reserve: "J", state: "reserved"),
            Case(module: "J", reserve: nil, state: "not_open"), Case(module: "N", reserve: "N", state: "not_open"),
            Case(module: "N", reserve: "J", state: "not_open"), Case(module: "N", reserve: nil, state: "not_open"),
            Case(module: nil, reserve: nil, state: "not_open"),
        ])
    func state(_ test: Case) async throws {
        try await Source.undoing { source in
            try await set(test, at: source)
            #expect(try await source.texts("SELECT resutveksl.sharing_state()") == [test.state])
            let answer = try await source.ask(Question())
            #expect(answer.sharing == test.state)
            #expect(answer.answered == 1)
            #expect(answer.persons.map(\.verdict) == (test.state == "open" ? ["fetched"] : []))
        }
    }

    @Test("another module, and another property of this one, say nothing")
    func others() async throws {
        try await Source.undoing { source in
            try await set(Case(module: nil, reserve: nil, state: "not_open"), at: source)
            try await source.run(
                """
                INSERT INTO fs.modulvalg (modulkode, status_aktiv) VALUES ('ANNEN', 'J'), ('RESUTVEKSL', 'J');
                INSERT INTO fs.modulvalg_egenskap (modulkode, egenskapkode, status_aktiv)
                VALUES ('ANNEN', 'RESERVER', 'N'), ('RESUTVEKSL', 'ANNEN', 'N');
                """)
            #expect(try await source.ask(Question()).sharing == "not_open")
        }
    }

    @Test("a source that does not share looks at no person and records nothing", arguments: ["reserved", "not_open"])
    func untouched(state: String) async throws {
        try await Source.undoing { source in
            try await set(
                Case(module: "J", reserve: state == "reserved" ? "J" : nil, state: state), at: source)
            try await source.run(
                """
                ALTER TABLE fs.person RENAME TO person_out_of_reach;
                ALTER TABLE fs.personakseptanse RENAME TO personakseptanse_out_of_reach;
                """)
            let answer = try await source.ask(Question())
            #expect(answer.sharing == state)
            #expect(answer.persons.isEmpty)
            #expect(try await source.texts("SELECT id::text FROM resutveksl.disclosures").isEmpty)
        }
    }

    private func set(_ test: Case, at source: Source) async throws {
        try await source.run("DELETE FROM fs.modulvalg_egenskap; DELETE FROM fs.modulvalg;")
        guard let module = test.module else { return }
        try await source.run("INSERT INTO fs.modulvalg (modulkode, status_aktiv) VALUES ('RESUTVEKSL', '\(module)')")
        guard let reserve = test.reserve else { return }
        try await source.run(
            """
            INSERT INTO fs.modulvalg_egenskap (modulkode, egenskapkode, status_aktiv)
            VALUES ('RESUTVEKSL', 'RESERVER', '\(reserve)')
            """)
    }
}
