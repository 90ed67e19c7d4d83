import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// The routine's own test, and its deeper one.
@Suite struct RoutineTests {
    @Test("Testperson1's RES-100 from 216 comes over, and the leading zero survives NUMERIC columns")
    func leadingZero() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        #expect(try await playground.value(at: 203, "SELECT fodselsdato FROM fs.person") == "15361")
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        let result = try #require(try await playground.results(Playground.person1).first)
        #expect(result.code == "RES-100")
        #expect(result.institution == 216)
        #expect(result.acronym == "HiSF")
        #expect(result.term == "2014 HØST")
        #expect(result.credits == "10")
        #expect(result.grade == "B")
        #expect(result.origin == "AUTOMATISK")
        #expect(try await playground.state(order) == .completed)
        #expect(try await playground.store.order(order).newResults == 1)
    }

    @Test("a source is asked about both test persons in one question, and 214's result stands under 214")
    func bothPersons() async throws {
        let playground = try await Playground.make(204)
        try await playground.at(204, "SELECT example.add_test_person_2()")
        try await playground.order(Playground.person1)
        try await playground.order(Playground.person2)
        let summary = try await playground.run()
        #expect(summary.sets == 1)
        #expect(try await playground.results(Playground.person1).isEmpty)
        let result = try #require(try await playground.results(Playground.person2).first)
        #expect(result.code == "RES-OAL")
        #expect(result.institution == 214)
    }

    @Test("a grade that improved and a degree that was added come over with the next order, and are reported")
    func deeperTest() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.order(Playground.person1)
        _ = try await playground.run()

        try await playground.at(203, "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 65")
        try await playground.at(203, Degree.add(diploma: "\(Degree.today) - 1"))
        let second = try await playground.order(Playground.person1)
        _ = try await playground.run()

        let results = try await playground.results(Playground.person1)
        let course = try #require(results.first { $0.category == "Emne" })
        #expect(course.grade == "A")
        #expect(course.needsControl)
        #expect(course.partOf == "BACHELOR")
        let degree = try #require(results.first { $0.category == "Kvalifikasjon" })
        #expect(degree.code == "BACHELOR")
        #expect(degree.obtainedOn == "2015-06-15")
        let order = try await playground.store.order(second)
        #expect(order.newResults == 1)
        #expect(order.changedResults == 1)
        let changes = try await playground.value(
            """
            SELECT string_agg(kind || coalesce(' ' || field || ' ' || coalesce(old_value, '-') || '>' || new_value, ''), ', '
                ORDER BY kind, field)
            FROM resutveksl.result_changes
            """)
        #expect(changes == "added, changed grade B>A, changed part_of ->BACHELOR 2015-06-15")
    }

    @Test("a result that the source no longer has is marked, never deleted, and comes back unmarked")
    func missing() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.at(203, "UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'N'")
        let second = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.results(Playground.person1).map(\.isMissing) == [true])
        #expect(try await playground.store.order(second).missingResults == 1)
        try await playground.at(203, "UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'J'")
        let third = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.results(Playground.person1).map(\.isMissing) == [false])
        #expect(try await playground.store.order(third).changedResults + playground.store.order(third).newResults == 1)
    }

    @Test(
        "a degree without a diploma date before today is not fetched, and the order says that one was held back",
        arguments: ["NULL", Degree.today, "\(Degree.today) + 1"])
    func heldBack(diploma: String) async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(203, Degree.add(diploma: diploma))
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.results(Playground.person1).map(\.category) == ["Emne"])
        #expect(try await playground.store.order(order).heldBack == 1)
        #expect(try await playground.atSource(order, 203)?.heldBack == 1)
    }

    @Test("yesterday's diploma: the degree is fetched with its courses linked")
    func degree() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(203, Degree.add(diploma: "\(Degree.today) - 1"))
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        let results = try await playground.results(Playground.person1)
        #expect(results.map(\.category) == ["Kvalifikasjon", "Emne"])
        #expect(results.last?.partOf == "BACHELOR")
        #expect(try await playground.store.order(order).heldBack == 0)
        #expect(try await playground.store.order(order).newResults == 2)
    }

    @Test(
        "an institution occurs once for a person, whatever stands in it, and a result has one of FS's five categories")
    func oncePerInstitution() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(203, Degree.add(diploma: "\(Degree.today) - 1"))
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.own(
            """
            INSERT INTO resutveksl.external_results (study_id, category, code)
            SELECT study_id, category, 'HÅND' FROM resutveksl.external_studies
            CROSS JOIN unnest('{Delstudier,Emnesamling,Praksis}'::text[]) AS category
            WHERE institution = 216
            """)
        let here = "FROM resutveksl.external_studies WHERE institution = 216"
        #expect(try await playground.value("SELECT count(*) \(here)") == "1")
        let results = try await playground.results(Playground.person1).filter { $0.institution == 216 }
        #expect(
            Set(results.map(\.category)) == ["Delstudier", "Emne", "Emnesamling", "Kvalifikasjon", "Praksis"])
        for statement in [
            "INSERT INTO resutveksl.external_studies (person_id, institution) SELECT person_id, institution \(here)",
            "INSERT INTO resutveksl.external_results (study_id, category, code) SELECT study_id, 'Kurs', 'X' \(here)",
        ] {
            #expect(try await playground.refusal(of: statement).sqlState?.hasPrefix("23") == true)
        }
    }

    @Test("nothing is fetched again by itself: what is added at the source comes with the next order, and not before")
    func notByItself() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.at(203, ReportedChangesTests.addCourse)
        for _ in 1...2 {
            #expect(try await playground.run().orders == 0)
        }
        #expect(try await playground.results(Playground.person1).map(\.code) == ["RES-100"])
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.results(Playground.person1).map(\.code).sorted() == ["RES-100", "RES-200"])
    }

    @Test("rows entered by hand are left alone by every import")
    func manualRows() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.own(
            """
            INSERT INTO resutveksl.external_results (study_id, category, code, grade)
            SELECT study_id, 'Emne', 'RES-100', 'C' FROM resutveksl.external_studies
            """)
        try await playground.at(203, "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 65")
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        let grades = try await playground.results(Playground.person1).map { "\($0.origin) \($0.grade ?? "")" }.sorted()
        #expect(grades == ["AUTOMATISK A", "MANUELL C"])
    }

    @Test("the own institution cannot be registered as a source, and is not asked when it becomes the own one")
    func ownInstitution() async throws {
        let playground = try await Playground.make(203, 204)
        await #expect(throws: StoreError.self) {
            try await playground.register(215, try playground.cluster.connectionString(database: "postgres"))
        }
        try await playground.store.set(.ownInstitution, to: "204")
        let order = try await playground.order(Playground.person1)
        let summary = try await playground.run()
        #expect(summary.lanes.keys.map(\.rawValue) == [203])
        #expect(try await playground.store.sources(of: order).map(\.source.rawValue) == [203])
    }
}

enum Degree {
    /// The day that the source goes by.
    static let today = "(now() AT TIME ZONE 'Europe/Oslo')::date"

    /// SQL that gives Testperson1 a bachelor's degree, earned at 216, with RES-100 in it.
    static func add(diploma: String) -> String {
        """
        INSERT INTO fs.oppnadd_grad_prot (institusjonsnr, institusjonsnr_original, gradkode, fodselsdato, personnr,
            dato_oppnaelse, dato_utlev_vitn)
        VALUES (203, 216, 'BACHELOR', 15361, 12185, '2015-06-15', (\(diploma))::date);
        INSERT INTO fs.emne_i_grad_prot (fodselsdato, personnr, institusjonsnr, emnekode, versjonskode, vurdkombkode,
            arstall, vurdtidkode, institusjonsnr_grad, gradkode, dato_oppnaelse)
        SELECT p.fodselsdato, p.personnr, p.institusjonsnr, p.emnekode, p.versjonskode, p.vurdkombkode, p.arstall,
            p.vurdtidkode, 203, 'BACHELOR', '2015-06-15'
        FROM fs.studentvurdkombprotokoll p WHERE p.fodselsdato = 15361;
        """
    }
}
