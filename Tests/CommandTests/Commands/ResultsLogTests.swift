import Testing

/// `results log` and `results delete-log`: Eksternresultat-logg.
@Suite struct ResultsLogTests {
    private struct Entry: Decodable {
        let person: String?
        let institution: Int
        let action: String
        let who: String
        let order: Int?
        let details: String
    }

    /// Both test persons' results were fetched; a row of Testperson1 was entered by hand.
    private func filled() async throws -> Installation {
        let installation = try await Installation.make(203, 204)
        for person in [Installation.person1, Installation.person2] {
            try await installation.must("person", "add", "--person", person)
            try await installation.must("acceptance", "set", "J", "--person", person)
            try await installation.must("order", "place", "--person", person, "--ordered-by", "anna")
        }
        try await installation.must("run")
        try await installation.own(
            """
            INSERT INTO resutveksl.external_results (study_id, category, code, grade)
            SELECT study_id, 'Emne', 'HÅND-1', 'C' FROM resutveksl.external_studies WHERE institution = 216
            """)
        return installation
    }

    private func log(_ installation: Installation, _ arguments: String...) async throws -> [String] {
        let finished = try await installation.start(
            ["results", "log", "--json"] + arguments, input: Installation.person1
        )
        .finished()
        return try finished.json([Entry].self).map { "\($0.person ?? "") \($0.institution) \($0.action) \($0.details)" }
    }

    @Test("a person's log has the fetches and what was done by hand, newest first")
    func person() async throws {
        let installation = try await filled()
        let text = try await installation.run("results", "log", input: Installation.person1)
        #expect(text.status == 0)
        #expect(text.lines.first?.hasPrefix("at ") == true)
        #expect(text.lines.count == 3)
        #expect(text.lines.last?.contains(/015361 \*{5} +216 HiSF +fetched +anna +1 +RES-100 B/) == true)
        #expect(
            try await log(installation) == [
                "\(Installation.masked1) 216 entered Emne HÅND-1: grade C",
                "\(Installation.masked1) 216 fetched RES-100 B",
            ])
    }

    @Test("it is searched by institution, who, time and text, of one person or of everybody")
    func search() async throws {
        let installation = try await filled()
        #expect(try await log(installation, "--everybody").count == 3)
        #expect(try await log(installation, "--everybody", "--institution", "214").count == 1)
        #expect(try await log(installation, "--everybody", "--who", "anna").count == 2)
        #expect(try await log(installation, "--text", "hånd").count == 1)
        #expect(try await log(installation, "--everybody", "--until", "2020-01-01").isEmpty)
        #expect(try await log(installation, "--everybody", "--since", "2020-01-01", "--limit", "2").count == 2)
        #expect(
            try await installation.run("results", "log", "--text", "x", input: Installation.person1).output
                == "no entries\n")
    }

    @Test("it is deleted for one person; what was fetched stays")
    func deleted() async throws {
        let installation = try await filled()
        let unasked = try await installation.run("results", "delete-log", input: Installation.person1)
        #expect(unasked.status == 64 && unasked.errors.contains("cannot be undone: say --yes"))
        #expect(try await log(installation).count == 2)
        let finished = try await installation.run("results", "delete-log", "--yes", input: Installation.person1)
        #expect(finished.output == "2 entries deleted for person \(Installation.masked1)\n")
        #expect(try await log(installation).isEmpty)
        #expect(try await log(installation, "--everybody").count == 1)
        let shown = try await installation.run("results", "show", input: Installation.person1)
        #expect(shown.output.contains("RES-100"))
    }

    @Test("on a terminal it is asked first, and anything but yes deletes nothing", arguments: ["n", "", "j"])
    func asked(answer: String) async throws {
        let installation = try await filled()
        let command = try installation.startOnTerminal(
            "results", "delete-log", "--person", Installation.person1, before: "stty -echo; ")
        try await command.prints("It cannot be undone. [y/N] ")
        command.type("\(answer)\n")
        let finished = try await command.finished()
        #expect(finished.status == (answer == "j" ? 0 : 1))
        #expect(finished.output.contains(answer == "j" ? "2 entries deleted" : "nothing was deleted"))
        #expect(try await log(installation).count == (answer == "j" ? 0 : 2))
    }

    @Test("an unknown person and contradictory options are told")
    func refused() async throws {
        let installation = try await Installation.make(203)
        for arguments in [["results", "log"], ["results", "delete-log"]] {
            let finished = try await installation.start(arguments, input: Installation.person2).finished()
            #expect(finished.status == 1, "\(arguments)")
            #expect(finished.errors.contains("no person with this number is known here"), "\(arguments)")
        }
        let both = try await installation.run("results", "log", "--everybody", "--person", Installation.person1)
        #expect(both.status == 64)
        #expect(both.errors.contains("exclude each other"))
    }
}
