import Testing

/// The register of sources: `source add`, `list`, `pause`, `resume`.
@Suite struct SourceTests {
    private struct Entry: Decodable {
        let source: Int
        let acronym: String
        let state: String
        let pausedUntil: String?
        let pauseReason: String?
        let setSize: Int
        let consentRequired: Bool
        let consentRuleFrom: String?
        let legalBasis: String
        let answersFor: [Int]
        let connection: String
    }

    private func entries(_ installation: Installation) async throws -> [Entry] {
        try await installation.run("source", "list", "--json").json([Entry].self)
    }

    @Test("a source is registered, and listed with the institutions that it answers for")
    func add() async throws {
        let installation = try await Installation.make()
        #expect(try await installation.run("source", "list").output.hasPrefix("no sources."))
        #expect(try await installation.run("source", "list", "--json").output == "[]\n")
        let finished = try await installation.run("source", "add", "203", "service=hvl")
        #expect(finished.status == 0)
        #expect(finished.output == "source 203 registered. Try it: resutveksl source check 203\n")
        let list = try await installation.run("source", "list")
        #expect(list.output.contains(/203 +HVL +active +required +203 216 218 +service=hvl/))
        let entry = try #require(try await entries(installation).first)
        #expect(entry.setSize == 5000 && entry.consentRequired && entry.legalBasis == "consent")
        #expect(entry.answersFor == [203, 216, 218] && entry.connection == "service=hvl")
    }

    @Test("adding a source again changes what is given and leaves the rest")
    func change() async throws {
        let installation = try await Installation.make()
        try await installation.must(
            "source", "add", "204", "service=nord", "--set-size", "250", "--no-consent-required", "--legal-basis",
            "uhl § 15-5", "--no-consent-from", "2026-08-01")
        try await installation.must("source", "add", "204", "service=nord2")
        let entry = try #require(try await entries(installation).first)
        #expect(entry.connection == "service=nord2" && entry.setSize == 250 && !entry.consentRequired)
        #expect(entry.consentRuleFrom == "2026-08-01" && entry.legalBasis == "uhl § 15-5")
        #expect(try await installation.run("source", "list").output.contains("not required from 2026-08-01"))
    }

    @Test(
        "the own institution and unknown ones are refused",
        arguments: [("215", "is the ordering institution itself"), ("77777", "not in the register of institutions")])
    func refused(number: String, reason: String) async throws {
        let installation = try await Installation.untouched()
        let finished = try await installation.run("source", "add", number, "service=x")
        #expect(finished.status == 1)
        #expect(finished.errors.contains(reason))
        #expect(try await entries(installation).isEmpty)
    }

    @Test("a source is paused until a time or until it is resumed")
    func pause() async throws {
        let installation = try await Installation.make()
        for source in ["203", "204"] { try await installation.must("source", "add", source, "service=x") }
        let until = try await installation.run(
            "source", "pause", "203", "--until", "2036-12-01 06:00+01", "--reason", "moving")
        #expect(until.status == 0)
        #expect(until.output == "source 203 is paused until 2036-12-01 06:00+01\n")
        #expect(try await installation.run("source", "pause", "204").output == "source 204 is paused\n")
        let list = try await installation.run("source", "list").output
        #expect(list.contains(/203 +HVL +paused until 01\.12\.2036 06:00 +required/))
        #expect(list.contains(/204 +Nord +paused +required/))
        let paused = try await entries(installation)
        #expect(paused.map(\.state) == ["paused", "paused"])
        #expect(paused.map(\.pauseReason) == ["moving", nil])
        #expect(paused.map(\.pausedUntil) == ["01.12.2036 06:00", nil])

        #expect(try await installation.run("source", "resume", "203").output == "source 203 is asked again\n")
        #expect(try await entries(installation).map(\.state) == ["active", "paused"])
    }

    @Test("an institution that was merged names the source that is asked for it, and that is told")
    func merged() async throws {
        let installation = try await Installation.make()
        try await installation.must("source", "add", "203", "service=x")
        #expect(try await installation.must("source", "pause", "216").output == "source 203 (for 216) is paused\n")
        #expect(try await entries(installation).map(\.state) == ["paused"])
        #expect(
            try await installation.must("source", "resume", "218").output == "source 203 (for 218) is asked again\n")
        #expect(try await entries(installation).map(\.state) == ["active"])
    }

    @Test("consent is required from a day on, and until then it is not, on a legal basis")
    func consentFrom() async throws {
        let installation = try await Installation.make()
        try await installation.must(
            "source", "add", "204", "service=nord", "--consent-from", "2027-08-01", "--legal-basis", "uhl § 15-5")
        let entry = try #require(try await entries(installation).first)
        #expect(entry.consentRequired && entry.consentRuleFrom == "2027-08-01" && entry.legalBasis == "uhl § 15-5")
        #expect(try await installation.run("source", "list").output.contains(" active  required from 2027-08-01"))
    }

    @Test("a time that is none is refused")
    func whenever() async throws {
        let installation = try await Installation.make()
        try await installation.must("source", "add", "203", "service=x")
        let finished = try await installation.run("source", "pause", "203", "--until", "whenever")
        #expect(finished.status == 1)
        #expect(finished.errors.contains("whenever"))
        #expect(try await entries(installation).map(\.state) == ["active"])
    }

    @Test("an unknown source is an error that says where they are listed", arguments: ["pause", "resume", "check"])
    func unknown(command: String) async throws {
        let installation = try await Installation.make()
        try await installation.must("source", "add", "203", "service=x")
        let finished = try await installation.run("source", command, "190")
        #expect(finished.status == 1)
        #expect(finished.errors.contains("no source has the number 190"))
        #expect(finished.errors.contains("resutveksl source list"))
    }
}
