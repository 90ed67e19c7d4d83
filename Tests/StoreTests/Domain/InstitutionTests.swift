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

    @Test(
        "results of an institution that is merged after they were fetched are its new source's: they stand once",
        arguments: [false, true], ["", "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 65", "nothing"])
    func mergedLater(isClosedFirst: Bool, event: String) async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(204, "SELECT example.add_test_person_2()")
        try await playground.order(Playground.person2)
        _ = try await playground.run()
        let merger = "UPDATE resutveksl.institutions SET merged_into = 203 WHERE institution = 214"
        let closing = "UPDATE resutveksl.sources SET is_active = false WHERE source = 204"
        for statement in isClosedFirst ? [closing, merger] : [merger, closing] { try await playground.own(statement) }

        try await playground.at(203, "SELECT resutveksl.set_identity(203, '{203,214,216,218}')")
        if event != "nothing" {
            try await playground.at(203, "SELECT example.add_test_person_2()")
            if !event.isEmpty { try await playground.at(203, event) }
        }
        let order = try await playground.order(Playground.person2)
        _ = try await playground.run()
        let tab = try await playground.results(Playground.person2)
        #expect(tab.map(\.code) == ["RES-OAL"])
        #expect(tab.map(\.isMissing) == [event == "nothing"])
        let counts = try await playground.store.order(order)
        #expect(counts.newResults == 0)
        #expect(counts.changedResults == (event.hasPrefix("UPDATE") ? 1 : 0))
        #expect(counts.missingResults == (event == "nothing" ? 1 : 0))
        let logged = try await playground.value(
            "SELECT string_agg(details, ', ') FROM resutveksl.study_log WHERE action = 'edited'")
        #expect(logged == "source 203 answers for what was fetched from source 204")
    }

    @Test("what two sources had of an institution stands once when one of them answers for it no more")
    func mergedTwice() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(204, "SELECT example.add_test_person_2()")
        try await playground.order(Playground.person2)
        _ = try await playground.run()
        // As it was brought by both before.
        try await playground.own(
            """
            ALTER TABLE resutveksl.external_results DISABLE TRIGGER USER;
            INSERT INTO resutveksl.external_results (study_id, origin, source, result_key, category, code, fetched_at)
            SELECT study_id, origin, 203, result_key, category, code, now() + interval '1 second'
            FROM resutveksl.external_results;
            ALTER TABLE resutveksl.external_results ENABLE TRIGGER USER;
            INSERT INTO resutveksl.result_changes (order_number, result_id, kind)
            SELECT 1, result_id, 'returned' FROM resutveksl.external_results WHERE source = 204;
            UPDATE resutveksl.institutions SET merged_into = 203 WHERE institution = 214;
            """)
        let stands = try await playground.value(
            "SELECT string_agg(concat_ws(' ', source, code), ', ') FROM resutveksl.external_results")
        #expect(stands == "203 RES-OAL")
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.result_changes") == "1")
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.open_merges") == "0")
    }

    @Test("a source that is set inactive and has no successor keeps its results")
    func closedWithoutSuccessor() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(204, "SELECT example.add_test_person_2()")
        try await playground.order(Playground.person2)
        _ = try await playground.run()
        try await playground.own("UPDATE resutveksl.sources SET is_active = false WHERE source = 204")
        #expect(try await playground.value("SELECT source FROM resutveksl.external_results") == "204")
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
