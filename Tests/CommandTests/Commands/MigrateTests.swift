import Testing

/// `migrate`, and what other commands say about a schema that is not this program's.
@Suite struct MigrateTests {
    private struct Status: Decodable {
        let version: Int
        let name: String
        let state: String
        let appliedAt: String?
    }

    @Test("an empty database is brought up to date, and the second time there is nothing to do")
    func twice() async throws {
        let installation = try await Installation.empty()
        let first = try await installation.run("migrate")
        #expect(first.status == 0)
        #expect(first.lines.first == "applied 1 institutions")
        #expect(first.lines.allSatisfy { $0.hasPrefix("applied ") })
        #expect(
            try await installation.value("SELECT count(*) FROM resutveksl.applied_migrations") == "\(first.lines.count)"
        )
        let second = try await installation.run("migrate")
        #expect(second.status == 0)
        #expect(second.output == "up to date\n")
        #expect(try await installation.run("migrate", "--json").output == "[]\n")
    }

    @Test("--status shows what is pending and what is applied, and applies nothing")
    func status() async throws {
        let installation = try await Installation.empty()
        let before = try await installation.run("migrate", "--status")
        #expect(before.status == 0)
        #expect(before.lines.first?.wholeMatch(of: /version +name +state +applied/) != nil)
        #expect(before.lines.dropFirst().allSatisfy { $0.hasSuffix("pending") })
        let pending = try await installation.run("migrate", "--status", "--json").json([Status].self)
        #expect(pending.map(\.version) == Array(1...pending.count))
        #expect(pending.allSatisfy { $0.state == "pending" && $0.appliedAt == nil })
        #expect(try await installation.value("SELECT to_regnamespace('resutveksl') IS NULL") == "true")

        try await installation.must("migrate")
        let applied = try await installation.run("migrate", "--status", "--json").json([Status].self)
        #expect(applied.map(\.name) == pending.map(\.name))
        #expect(applied.allSatisfy { $0.state == "applied" && $0.appliedAt != nil })
    }

    @Test("two at once both succeed, and each migration is applied by one of them")
    func atOnce() async throws {
        let installation = try await Installation.empty()
        let commands = [try installation.start(["migrate"]), try installation.start(["migrate"])]
        var lines: [String] = []
        for command in commands {
            let finished = try await command.finished()
            #expect(finished.status == 0, "\(finished.errors)")
            lines += finished.lines
        }
        let applied = lines.filter { $0.hasPrefix("applied ") }
        #expect(Set(applied).count == applied.count)
        #expect(
            try await installation.value("SELECT count(*) FROM resutveksl.applied_migrations") == "\(applied.count)")
        #expect(applied.count > 1)
    }

    static let commands = [
        ["run"], ["order", "list"], ["source", "list"], ["source", "check"], ["setting", "list"],
        ["order", "show", "1"],
        ["results", "show", "--person", Installation.person1], ["person", "add", "--person", Installation.person1],
    ]

    @Test("without a schema every command ends with 78 and says to migrate", arguments: commands)
    func missing(arguments: [String]) async throws {
        let installation = try await Installation.empty()
        let finished = try await installation.start(arguments).finished()
        #expect(finished.status == 78)
        #expect(finished.errors.contains("`resutveksl migrate`"))
    }

    @Test("with an old schema a command ends with 78, names the missing migration and says to migrate")
    func old() async throws {
        let installation = try await Installation.unset()
        try await installation.own(
            """
            DELETE FROM resutveksl.applied_migrations
            WHERE version = (SELECT max(version) FROM resutveksl.applied_migrations)
            """)
        let finished = try await installation.run("order", "list")
        #expect(finished.status == 78)
        #expect(finished.errors.contains(/migration 00\d\d-[a-z-]+ is missing\. Run `resutveksl migrate`/))
    }

    @Test(
        "a database that a newer program has brought up to date ends every command with 78, which says to upgrade",
        arguments: [["migrate"], ["run"], ["order", "list"]])
    func newer(arguments: [String]) async throws {
        let installation = try await Installation.unset()
        try await installation.own(
            "INSERT INTO resutveksl.applied_migrations (version, name, checksum) VALUES (999, 'future', 'x')")
        let finished = try await installation.start(arguments).finished()
        #expect(finished.status == 78)
        #expect(finished.errors.contains("0999-future"))
        #expect(finished.errors.contains("Upgrade"))
        let status = try await installation.run("migrate", "--status", "--json").json([Status].self)
        #expect(status.last?.state == "newer")
    }

    @Test(
        "a released migration that was edited ends every command with 78, which names it",
        arguments: [["migrate"], ["run"], ["order", "list"]])
    func edited(arguments: [String]) async throws {
        let installation = try await Installation.unset()
        try await installation.own(
            "UPDATE resutveksl.applied_migrations SET checksum = 'another' WHERE version = 2")
        let finished = try await installation.start(arguments).finished()
        #expect(finished.status == 78)
        #expect(finished.errors.contains("migration 0002-persons of the own database was edited"))
        let status = try await installation.run("migrate", "--status", "--json").json([Status].self)
        #expect(status.filter { $0.state == "changed" }.map(\.version) == [2])
    }
}
