import Exchange
import Postgres
import Store
import Testing

/// Eksternresultat-logg: every change in Person eksternstudium.
@Suite struct StudyLogTests {
    private func number() throws -> PersonNumber { try PersonNumber(Playground.person1) }

    private func log(
        _ playground: Playground, _ change: (inout StudyLogSearch) throws -> Void = { _ in }
    ) async throws -> [String] {
        var search = StudyLogSearch()
        try change(&search)
        return try await playground.store.studyLog(search).reversed().map {
            "\($0.institution) \($0.action) \($0.details)"
        }
    }

    @Test("the first fetch is one entry per person and institution; a later one, an entry per result")
    func imports() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1(); \(ReportedChangesTests.addCourse)")
        _ = try await playground.fetchAgain()
        #expect(try await log(playground) == ["216 fetched RES-100 B, RES-200 C"])

        try await playground.at(
            203,
            """
            UPDATE fs.studentvurdkombprotokoll SET karaktertall = 65 WHERE emnekode = 'RES-100';
            UPDATE fs.emne SET vektingstall = 15 WHERE emnekode = 'RES-100';
            UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'N' WHERE emnekode = 'RES-200';
            \(ReportedChangesTests.degreeAlone)
            """)
        _ = try await playground.fetchAgain()
        #expect(
            try await log(playground).dropFirst().sorted() == [
                "216 added Kvalifikasjon BACHELOR Bachelor",
                "216 changed Emne RES-100 Resultatutveksling, innføring: credits: 10 → 15; grade: B → A",
                "216 missing Emne RES-200 Resultatutveksling, fordypning",
            ])
        _ = try await playground.fetchAgain()
        #expect(try await log(playground).count == 4, "an import that changes nothing is no entry")
        let who = try await playground.value(
            "SELECT string_agg(DISTINCT who || ' ' || source, ',') FROM resutveksl.study_log")
        #expect(who == "case worker 203")
    }

    @Test("what is changed by hand is an entry, with what stood there before")
    func byHand() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        _ = try await playground.fetchAgain()
        try await playground.enterByHand("HÅND-1", grade: "C")
        try await playground.own(
            """
            UPDATE resutveksl.external_results SET grade = 'D', credits = 5 WHERE code = 'HÅND-1';
            UPDATE resutveksl.external_results SET grade = 'D' WHERE code = 'HÅND-1';
            DELETE FROM resutveksl.external_results WHERE code = 'HÅND-1';
            INSERT INTO resutveksl.external_studies (person_id, institution) SELECT person_id, 185 FROM resutveksl.persons;
            UPDATE resutveksl.external_studies SET institution = 184 WHERE institution = 185;
            DELETE FROM resutveksl.external_studies WHERE institution = 184;
            """)
        #expect(
            try await log(playground).dropFirst() == [
                "216 entered Emne HÅND-1: grade C", "216 edited Emne HÅND-1: credits: – → 5; grade: C → D",
                "216 deleted Emne HÅND-1: credits 5; grade D", "185 entered Person eksternstudium",
                "185 deleted Person eksternstudium", "184 entered Person eksternstudium, with what stands in it",
                "184 deleted Person eksternstudium",
            ])
    }

    @Test("two records that become one are an entry, and nothing was edited or deleted by it")
    func merger() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        _ = try await playground.fetchAgain()
        try await playground.enterByHand("HÅND-1", grade: "C")
        let real = try ExamplePerson.number(.birthNumber)
        _ = try await playground.store.addPerson(real, givenName: nil, familyName: nil)
        _ = try await playground.store.changeNumber(from: number(), to: real, on: nil)
        #expect(
            try await log(playground) == [
                "216 fetched RES-100 B", "216 entered Emne HÅND-1: grade C",
                "216 edited two records of the person became one",
            ])
        #expect(try await log(playground) { $0.person = real }.count == 3)
    }

    @Test("that changes were seen is an entry, with who saw them")
    func seen() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        _ = try await playground.fetchAgain()
        try await playground.at(203, "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 65")
        _ = try await playground.fetchAgain()
        _ = try await playground.store.markChangesSeen(of: number(), nil, by: "anna")
        #expect(
            try await log(playground) { $0.who = "ANNA" } == ["216 seen Emne RES-100 Resultatutveksling, innføring"])
    }

    @Test("it is searched by person, institution, who, time and text, alone and together")
    func searched() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(204, "SELECT example.add_test_person_2()")
        try await playground.order(Playground.person2)
        _ = try await playground.fetchAgain()
        #expect(try await log(playground).count == 2)
        #expect(try await log(playground) { $0.person = try number() } == ["216 fetched RES-100 B"])
        #expect(try await log(playground) { $0.institution = 214 } == ["214 fetched RES-OAL C"])
        #expect(try await log(playground) { $0.text = "res-oal" } == ["214 fetched RES-OAL C"])
        #expect(try await log(playground) { $0.text = "%" }.isEmpty, "no pattern, just text")
        #expect(try await log(playground) { $0.who = "worker" }.count == 2)
        #expect(try await log(playground) { $0.who = "nobody" }.isEmpty)
        #expect(try await log(playground) { $0.limit = 1 }.count == 1)
        let text = try await playground.value("SELECT (now() AT TIME ZONE 'Europe/Oslo')::date")
        let today = try #require(text.flatMap { CalendarDay($0) })
        let tomorrow = try #require(CalendarDay(daysSince2000: today.daysSince2000 + 1))
        #expect(
            try await log(playground) {
                $0.since = today; $0.until = today
            }.count == 2)
        #expect(try await log(playground) { $0.since = tomorrow }.isEmpty)
        #expect(
            try await log(playground) {
                $0.person = try number()
                $0.institution = 214
            }.isEmpty)
    }

    @Test("it is deleted for one person, and for nobody else; Person eksternstudium stays")
    func deleted() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(204, "SELECT example.add_test_person_2()")
        try await playground.order(Playground.person2)
        _ = try await playground.fetchAgain()
        #expect(try await playground.store.deleteStudyLog(of: number()) == 1)
        #expect(try await log(playground) == ["214 fetched RES-OAL C"])
        #expect(try await playground.results(Playground.person1).count == 1)
        for statement in ["UPDATE resutveksl.study_log SET details = 'x'", "TRUNCATE resutveksl.study_log"] {
            #expect(try await playground.refusal(of: statement).sqlState == "42501")
        }
    }

    @Test("that it was deleted is kept: how much, of whom, by whom, and nothing of what stood in it")
    func deletionIsLogged() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(204, "SELECT example.add_test_person_2()")
        try await playground.order(Playground.person2)
        _ = try await playground.fetchAgain()
        let entries = """
            SELECT string_agg(concat_ws(' ', person_id, reason, who = session_user), ', ' ORDER BY logged_at)
            FROM resutveksl.transfer_log WHERE event = 'log_deleted'
            """
        let person = try await playground.value(
            "SELECT person_id FROM resutveksl.persons WHERE person_number = '\(Playground.person1)'")
        _ = try await playground.store.deleteStudyLog(of: number())
        #expect(try await playground.value(entries) == "\(person ?? "") 1 entry of Eksternresultat-logg t")
        _ = try await playground.store.deleteStudyLog(of: number())
        #expect(try await playground.value(entries) == "\(person ?? "") 1 entry of Eksternresultat-logg t")
        // Also by a plain DELETE, and of many persons at once.
        try await playground.own(
            """
            INSERT INTO resutveksl.study_log (person_id, institution, action, details) VALUES (0, 1, 'seen', '');
            DELETE FROM resutveksl.study_log
            """)
        #expect(try await playground.value(entries)?.hasSuffix(", 2 entries of Eksternresultat-logg t") == true)
    }

    @Test("what it says never stands in a log of the process")
    func nowhereElse() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        _ = try await playground.fetchAgain()
        _ = try await playground.store.studyLog(StudyLogSearch())
        for text in ["RES-100", "innføring", Playground.person1] { #expect(!playground.log.text.contains(text)) }
    }
}
