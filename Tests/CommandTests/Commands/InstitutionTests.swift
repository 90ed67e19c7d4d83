import Testing

/// `institution list`, and what `source add` says about merged institutions.
@Suite struct InstitutionTests {
    private struct Entry: Decodable {
        let institution: Int
        let acronym: String
        let mergedInto: Int?
        let successor: Int
        let askedAt: Int?
    }

    @Test("the register shows mergers, and which source is asked for each institution")
    func list() async throws {
        let installation = try await Installation.make()
        try await installation.must("source", "add", "203", "service=hvl")
        let finished = try await installation.must("institution", "list")
        #expect(finished.output.contains(/\n216 +HiSF +203 \(2017\) +203 +Høgskulen i Sogn og Fjordane/))
        let entries = try await installation.must("institution", "list", "--json").json([Entry].self)
        let entry = try #require(entries.first { $0.institution == 214 })
        #expect(entry.mergedInto == 204 && entry.successor == 204 && entry.askedAt == nil)
    }

    @Test("a merged institution is refused as a source, and the sentence names the successor's number")
    func merged() async throws {
        let finished = try await Installation.untouched().run("source", "add", "216", "service=x")
        #expect(finished.status == 1)
        #expect(finished.errors.contains("216 is merged into 203: register 203"))
    }

    @Test("whom to contact at a source is registered with it and shown where it is needed")
    func contact() async throws {
        let installation = try await Installation.make(203)
        try await installation.must(
            "source", "add", "203", try installation.connection(of: 203), "--contact", "studieadm@hvl.example")
        try await installation.order(Installation.person2)
        try await installation.must("run")
        #expect(try await installation.must("explain", "1").output.contains("HVL (studieadm@hvl.example)"))
    }
}
