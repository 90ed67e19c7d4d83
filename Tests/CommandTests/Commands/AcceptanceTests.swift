import Testing

/// `acceptance set`.
@Suite struct AcceptanceTests {
    private static let stored = """
        SELECT concat_ws(' ', acceptance_type, answer, answered_on, channel) FROM resutveksl.acceptances
        """

    @Test("an answer is recorded with type, day and channel, and a later one replaces it")
    func replaced() async throws {
        let installation = try await Installation.unset()
        try await installation.must("person", "add", "--person", Installation.person1)
        let yes = try await installation.run(
            "acceptance", "set", "J", "--person", Installation.person1, "--date", "2026-01-15", "--channel",
            "Studentweb",
            "--type", "RESUTVEKSL")
        #expect(yes.status == 0)
        #expect(yes.output == "RESUTVEKSL J recorded for person \(Installation.masked1)\n")
        #expect(try await installation.value(Self.stored) == "RESUTVEKSL J 2026-01-15 Studentweb")
        let no = try await installation.run("acceptance", "set", "N", input: Installation.person1)
        #expect(no.status == 0)
        #expect(no.output == "RESULTATUTVEKS N recorded for person \(Installation.masked1)\n")
        let today = try await installation.value("SELECT (now() AT TIME ZONE 'Europe/Oslo')::date")
        #expect(try await installation.value(Self.stored) == "RESULTATUTVEKS N \(today ?? "") by hand")
    }

    @Test("every channel of FS is taken", arguments: ["Studentweb", "Søknadsweb", "Samordna opptak", "by hand"])
    func channels(channel: String) async throws {
        let installation = try await Installation.unset()
        try await installation.must("person", "add", "--person", Installation.person1)
        try await installation.must("acceptance", "set", "J", "--person", Installation.person1, "--channel", channel)
        #expect(try await installation.value("SELECT channel FROM resutveksl.acceptances") == channel)
    }

    @Test("a withdrawal under an earlier number of the person counts")
    func earlierNumber() async throws {
        let installation = try await Installation.make()
        try await installation.must("person", "add", "--person", Installation.person1)
        try await installation.must("acceptance", "set", "J", "--person", Installation.person1)
        let change = try await installation.run(
            "person", "change-number", input: "\(Installation.person1)\n01036110062\n")
        #expect(change.status == 0)
        try await installation.must("acceptance", "set", "N", "--person", Installation.person1)
        #expect(try await installation.value("SELECT string_agg(answer, '') FROM resutveksl.acceptances") == "N")
        #expect(try await installation.run("results", "show", input: Installation.person1).status == 0)
    }

    @Test("an unknown person is an error that says how to register one")
    func unknown() async throws {
        let finished = try await Installation.untouched().run(
            "acceptance", "set", "J", "--person", Installation.person1)
        #expect(finished.status == 1)
        #expect(finished.output.isEmpty)
        #expect(finished.errors.contains("resutveksl person add"))
    }
}
