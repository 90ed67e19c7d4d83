import DevCluster
import Exchange
import Postgres
import Store
import Testing

/// Mergers: domain.md, "Merged institutions".
@Suite struct InstitutionTests {
    @Test(
        "an institution that was merged is not registered as a source; its successor is named",
        arguments: [(Int32(216), Int32(203)), (214, 204), (207, 194)])
    func merged(number: Int32, successor: Int32) async throws {
        let playground = try await Playground.make()
        let error = await #expect(throws: StoreError.self) {
            try await playground.register(number, try playground.cluster.connectionString(database: "postgres"))
        }
        #expect(error?.description.hasPrefix("\(number) is merged into \(successor): register \(successor)") == true)
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.sources") == "0")
    }

    @Test("a source answers for itself and what was merged into it, at any depth, and for nothing else")
    func chain() async throws {
        let playground = try await Playground.make()
        try await playground.own(
            """
            INSERT INTO resutveksl.institutions (institution, acronym, name, merged_into, merged_year)
            VALUES (950, 'A', 'A', 216, 1994), (951, 'B', 'B', 950, 1981)
            """)
        let error = await #expect(throws: StoreError.self) {
            try await playground.register(951, try playground.cluster.connectionString(database: "postgres"))
        }
        #expect(error?.description.hasPrefix("951 is merged into 203: register 203") == true)
        try await playground.addSource(203)
        try await playground.at(
            203,
            """
            SELECT example.add_test_person_1(), resutveksl.set_identity(203, '{203,216,218,950,951}');
            INSERT INTO fs.institusjon (institusjonsnr, institusjonsnavn_bokmal) VALUES (951, 'B');
            """)
        try await playground.at(203, Degree.add(diploma: "\(Degree.today) - 1"))
        try await playground.at(203, "UPDATE fs.oppnadd_grad_prot SET institusjonsnr_original = 951")
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "fetched")
        #expect(try await playground.results(Playground.person1).map(\.institution.rawValue).sorted() == [216, 951])
        let register = try await playground.store.institutions()
        let last = try #require(register.first { $0.number == 951 })
        #expect(last.successor == 203 && last.askedAt == 203 && last.mergedInto == 950)
        #expect(register.first { $0.number == 204 }?.askedAt == nil)
    }

    @Test("a merger in a circle is refused")
    func circle() async throws {
        let playground = try await Playground.make()
        await #expect(throws: (any Error).self) {
            try await playground.own("UPDATE resutveksl.institutions SET merged_into = 216 WHERE institution = 203")
        }
    }

    @Test("pausing a merged institution pauses the source that answers for it")
    func pause() async throws {
        let playground = try await Playground.make(203)
        try await playground.own("SELECT resutveksl.pause_source(216)")
        #expect(try await playground.store.sources().map(\.isPaused) == [true])
        try await playground.own("SELECT resutveksl.resume_source(216)")
        #expect(try await playground.store.sources().map(\.isPaused) == [false])
    }
}
