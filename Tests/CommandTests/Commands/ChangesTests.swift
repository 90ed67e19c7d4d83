import Testing

/// `changes list` and `changes seen`.
@Suite struct ChangesTests {
    private struct Change: Decodable {
        let change: Int
        let order: Int
        let institution: Int
        let code: String
        let kind: String
        let field: String?
        let oldValue: String?
        let newValue: String?
        let needsControl: Bool
    }

    private struct Shown: Decodable {
        struct Order: Decodable {
            let results: String
            let unseenChanges: Int
        }
        let order: Order
    }

    private struct Seen: Decodable {
        let seen: Int
        let unseen: Int
    }

    /// Testperson1's RES-100 was fetched with B; then its grade became A and its credits 15.
    private func changed() async throws -> Installation {
        let installation = try await Installation.make(203)
        try await installation.order(Installation.person1)
        try await installation.must("run")
        try await installation.at(
            203, "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 65; UPDATE fs.emne SET vektingstall = 15")
        try await installation.must("order", "place", "--person", Installation.person1)
        try await installation.must("run")
        return installation
    }

    @Test("what a later fetch changed is listed until it is marked as seen, one by one or all")
    func listed() async throws {
        let installation = try await changed()
        let text = try await installation.run("changes", "list", input: Installation.person1)
        #expect(text.status == 0)
        #expect(text.lines.first?.hasPrefix("change  at") == true)
        #expect(text.output.contains(/2 +216 HiSF +Emne +RES-100 .* grade: B → A +must be checked/))
        #expect(text.output.contains(/credits: 10 → 15/))

        let changes = try await installation.run("changes", "list", "--json", input: Installation.person1)
            .json([Change].self)
        let grade = try #require(changes.first { $0.field == "grade" })
        #expect(changes.count == 2)
        #expect(grade.order == 2 && grade.institution == 216 && grade.code == "RES-100" && grade.kind == "changed")
        #expect(grade.oldValue == "B" && grade.newValue == "A" && grade.needsControl)

        let one = try await installation.run("changes", "seen", "\(grade.change)", input: Installation.person1)
        #expect(one.output == "1 change marked as seen; 1 not seen yet\n")
        let shown = try await installation.run("results", "show", input: Installation.person1)
        #expect(shown.output.contains("must be checked"), "one of its changes is not seen yet")
        let rest = try await installation.run("changes", "seen", "--json", "--by", "anna", input: Installation.person1)
            .json(Seen.self)
        #expect(rest.seen == 1 && rest.unseen == 0)
        let none = try await installation.run("changes", "list", input: Installation.person1)
        #expect(none.output == "no changes that are not seen\n")
        #expect(try await installation.run("changes", "list", "--json", input: Installation.person1).output == "[]\n")
        let after = try await installation.run("results", "show", input: Installation.person1)
        #expect(!after.output.contains("must be checked"))
    }

    @Test("the order says what changed, and that it was not seen yet")
    func order() async throws {
        let installation = try await changed()
        let text = try await installation.run("order", "show", "2")
        #expect(text.output.contains("\n  1 changed\n  2 changes not seen yet: resutveksl changes list\n"))
        let json = try await installation.run("order", "show", "2", "--json").json(Shown.self)
        #expect(json.order.results == "1 changed" && json.order.unseenChanges == 2)
        try await installation.must("changes", "seen", "--person", Installation.person1)
        let after = try await installation.run("order", "show", "2")
        #expect(after.output.contains("\n  1 changed\n") && !after.output.contains("not seen yet"))
        #expect(try await installation.run("order", "show", "1").output.contains("\n  1 new\n"))
    }

    @Test("an unknown person, and a change that is nobody's, are errors")
    func refused() async throws {
        let installation = try await Installation.make(203)
        try await installation.must("person", "add", "--person", Installation.person1)
        for arguments in [["changes", "list"], ["changes", "seen"]] {
            let finished = try await installation.start(arguments, input: Installation.person2).finished()
            #expect(finished.status == 1, "\(arguments)")
            #expect(finished.errors.contains("no person with this number is known here"), "\(arguments)")
        }
        let nobodys = try await installation.run("changes", "seen", "99", input: Installation.person1)
        #expect(nobodys.status == 1)
        #expect(nobodys.errors.contains("change 99 is not a change of this person"))
        let wrong = try await installation.run("changes", "seen", "x", input: Installation.person1)
        #expect(wrong.status == 64)
    }
}
