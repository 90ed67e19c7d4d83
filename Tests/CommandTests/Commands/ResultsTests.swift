import Testing

/// `results show`: the tab Resultater.
@Suite struct ResultsTests {
    private struct Entry: Decodable {
        let institution: Int
        let acronym: String
        let origin: String
        let category: String
        let code: String
        let name: String?
        let nameEnglish: String?
        let term: String?
        let credits: String?
        let grade: String?
    }

    @Test("what was fetched is shown under the institution where it was earned, leading zero and all")
    func shown() async throws {
        let installation = try await Installation.make(203, 204)
        for person in [Installation.person1, Installation.person2] { try await installation.order(person) }
        try await installation.must("run")
        let first = try await installation.run("results", "show", input: Installation.person1)
        #expect(first.status == 0)
        #expect(first.lines.count == 2)
        #expect(first.lines.first?.hasPrefix("institution  category  code") == true)
        #expect(first.output.contains(/216 HiSF +Emne +RES-100 +Resultatutveksling, innføring .*2014 HØST +10 +B/))

        let second = try await installation.run("results", "show", "--json", "--person", Installation.person2)
        let entries = try second.json([Entry].self)
        let entry = try #require(entries.first)
        #expect(entries.count == 1)
        #expect(entry.institution == 214 && entry.acronym == "HiNT" && entry.code == "RES-OAL")
        #expect(entry.origin == "AUTOMATISK" && entry.category == "Emne" && entry.term == "2014 VÅR")
        #expect(entry.credits == "7.5" && entry.grade == "C")
    }

    @Test("a person without results and an unknown person do not look alike")
    func nothing() async throws {
        let installation = try await Installation.make(203)
        try await installation.must("person", "add", "--person", Installation.person1)
        let known = try await installation.run("results", "show", "--person", Installation.person1)
        #expect(known.status == 0)
        #expect(known.output == "no results\n")
        #expect(try await installation.run("results", "show", "--json", input: Installation.person1).output == "[]\n")
        let unknown = try await installation.run("results", "show", "--person", Installation.person2)
        #expect(unknown.status == 1)
        #expect(unknown.output.isEmpty)
        #expect(unknown.errors.contains("no person with this number is known here"))
    }
}
