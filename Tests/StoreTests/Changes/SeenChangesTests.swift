import Exchange
import Store
import Testing

/// The list of changes that nobody has seen, and marking them.
@Suite struct SeenChangesTests {
    private func number() throws -> PersonNumber { try PersonNumber(Playground.person1) }

    /// RES-100's grade and credits changed; RES-200 was added.
    private func playground() async throws -> Playground {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        _ = try await playground.fetchAgain()
        try await playground.at(
            203,
            """
            UPDATE fs.studentvurdkombprotokoll SET karaktertall = 65; UPDATE fs.emne SET vektingstall = 15;
            \(ReportedChangesTests.addCourse)
            """)
        _ = try await playground.fetchAgain()
        return playground
    }

    private static let needsControl = """
        SELECT string_agg(code, ' ') FROM resutveksl.external_results WHERE needs_control
        """

    @Test("a person's unseen changes are listed with what they are, and are gone when they were marked")
    func listed() async throws {
        let playground = try await playground()
        let changes = try await playground.store.unseenChanges(of: number())
        #expect(
            changes.map { "\($0.code) \($0.change)" }.sorted() == [
                "RES-100 credits: 10 → 15", "RES-100 grade: B → A", "RES-200 added",
            ])
        #expect(changes.map(\.institution) == [216, 216, 216])
        #expect(changes.filter(\.needsControl).count == 2)
        let marked = try await playground.store.markChangesSeen(of: number(), nil, by: "anna")
        #expect(marked.seen == 3 && marked.unseen == 0)
        #expect(try await playground.store.unseenChanges(of: number()).isEmpty)
        #expect(
            try await playground.value("SELECT string_agg(DISTINCT seen_by, ' ') FROM resutveksl.result_changes")
                == "anna")
        #expect(try await playground.value(Self.needsControl) == nil)
        #expect(try await playground.store.markChangesSeen(of: number(), nil, by: nil).seen == 0)
    }

    @Test("a result needs control until the last of its changes is seen")
    func lastOne() async throws {
        let playground = try await playground()
        let changes = try await playground.store.unseenChanges(of: number()).filter { $0.code == "RES-100" }
        let first = try #require(changes.first)
        let last = try #require(changes.last)
        var marked = try await playground.store.markChangesSeen(of: number(), [first.number], by: nil)
        #expect(marked.seen == 1 && marked.unseen == 2)
        #expect(try await playground.value(Self.needsControl) == "RES-100")
        marked = try await playground.store.markChangesSeen(of: number(), [first.number, last.number], by: nil)
        #expect(marked.seen == 1 && marked.unseen == 1)
        #expect(try await playground.value(Self.needsControl) == nil)
    }

    @Test("a plain UPDATE of seen_at does the same")
    func plainUpdate() async throws {
        let playground = try await playground()
        try await playground.own("UPDATE resutveksl.result_changes SET seen_at = now()")
        #expect(try await playground.value(Self.needsControl) == nil)
    }

    @Test("a change that comes later needs control again; marks of earlier ones stay")
    func again() async throws {
        let playground = try await playground()
        _ = try await playground.store.markChangesSeen(of: number(), nil, by: nil)
        try await playground.at(203, "UPDATE fs.emne SET vektingstall = 20 WHERE emnekode = 'RES-100'")
        _ = try await playground.fetchAgain()
        #expect(try await playground.value(Self.needsControl) == "RES-100")
        #expect(try await playground.store.unseenChanges(of: number()).map(\.change) == ["credits: 15 → 20"])
    }

    @Test("a result that is missing or came back must be checked; one that was added need not")
    func kinds() async throws {
        let playground = try await playground()
        _ = try await playground.store.markChangesSeen(of: number(), nil, by: nil)
        for (status, kind) in [("N", "missing"), ("J", "returned")] {
            try await playground.at(
                203, "UPDATE fs.studentvurdkombprotokoll SET status_gyldig = '\(status)' WHERE emnekode = 'RES-200'")
            _ = try await playground.fetchAgain()
            #expect(try await playground.store.unseenChanges(of: number()).map(\.kind) == [kind])
            #expect(try await playground.value(Self.needsControl) == "RES-200")
            _ = try await playground.store.markChangesSeen(of: number(), nil, by: nil)
            #expect(try await playground.value(Self.needsControl) == nil)
        }
    }

    @Test("an unknown person, and a change of somebody else, are refused")
    func refused() async throws {
        let playground = try await playground()
        await #expect(throws: StoreError.self) {
            try await playground.store.markChangesSeen(of: try PersonNumber(Playground.person2), nil, by: nil)
        }
        _ = try await playground.order(Playground.person2)
        let theirs = try await playground.store.unseenChanges(of: number()).map(\.number)
        let error = await #expect(throws: StoreError.self) {
            try await playground.store.markChangesSeen(of: try PersonNumber(Playground.person2), theirs, by: nil)
        }
        #expect(error?.description.contains("is not a change of this person") == true)
        #expect(try await playground.store.unseenChanges(of: number()).count == 3)
    }
}
