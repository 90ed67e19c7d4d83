import DevCluster
import Exchange
import Postgres
import Store
import Testing

/// What happens at a source between two orders, and what the second one reports.
@Suite struct ReportedChangesTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        /// What stands at the source beside RES-100 at the first order.
        var before = "SELECT 1"
        let event: String
        let reported: [String]
        let counts: (new: Int, changed: Int, missing: Int)
        /// Codes of what must be checked by hand after it.
        let checked: [String]

        var testDescription: String { name }
    }

    static let addCourse = """
        INSERT INTO fs.emne (institusjonsnr, emnekode, versjonskode, emnenavn_bokmal, vektingstall, vekttypekode,
            karregelkode, nuskode)
        VALUES (216, 'RES-200', '1', 'Resultatutveksling, fordypning', 5, 'SP', 30, '619999');
        INSERT INTO fs.studentvurdkombprotokoll (institusjonsnr, emnekode, versjonskode, vurdkombkode, arstall,
            vurdtidkode, fodselsdato, personnr, karregelkode, karaktertall, vurdresstatkode)
        VALUES (216, 'RES-200', '1', '1', 2014, 'HØST', 15361, 12185, 30, 63, 'B')
        """

    static let degree = Degree.add(diploma: "\(Degree.today) - 1")
    static let degreeAlone = degree + "; DELETE FROM fs.emne_i_grad_prot"
    static let moveIntoDegree = """
        INSERT INTO fs.emne_i_grad_prot (fodselsdato, personnr, institusjonsnr, emnekode, versjonskode, vurdkombkode,
            arstall, vurdtidkode, institusjonsnr_grad, gradkode, dato_oppnaelse)
        SELECT p.fodselsdato, p.personnr, p.institusjonsnr, p.emnekode, p.versjonskode, p.vurdkombkode, p.arstall,
            p.vurdtidkode, 203, 'BACHELOR', '2015-06-15'
        FROM fs.studentvurdkombprotokoll p WHERE p.fodselsdato = 15361
        """
    static let moved = "RES-100 part_of: – → BACHELOR 2015-06-15"
    static let movedOut = "RES-100 part_of: BACHELOR 2015-06-15 → –"

    static let cases = [
        Case(
            name: "grade improved", event: "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 65",
            reported: ["RES-100 grade: B → A"], counts: (0, 1, 0), checked: ["RES-100"]),
        Case(
            name: "course added", event: addCourse, reported: ["RES-200 added"], counts: (1, 0, 0), checked: []),
        Case(
            name: "degree added", event: degreeAlone, reported: ["BACHELOR added"], counts: (1, 0, 0), checked: []),
        Case(
            name: "degree added with a course in it", event: degree, reported: ["BACHELOR added", moved],
            counts: (1, 1, 0), checked: ["RES-100"]),
        Case(
            name: "degree revoked", before: degree,
            event: "UPDATE fs.oppnadd_grad_prot SET status_manuelt_ugyldig = 'J'",
            reported: ["BACHELOR missing", movedOut], counts: (0, 1, 1), checked: ["BACHELOR", "RES-100"]),
        Case(
            name: "result annulled", before: addCourse,
            event: "UPDATE fs.studentvurdkombprotokoll SET status_manuelt_ugyldig = 'J' WHERE emnekode = 'RES-200'",
            reported: ["RES-200 missing"], counts: (0, 0, 1), checked: ["RES-200"]),
        Case(
            name: "the only result annulled", event: "UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'N'",
            reported: ["RES-100 missing"], counts: (0, 0, 1), checked: ["RES-100"]),
        Case(
            name: "name corrected", event: "UPDATE fs.emne SET emnenavn_engelsk = 'Exchange, Introduction'",
            reported: ["RES-100 name_english: Exchange of Results, Introduction → Exchange, Introduction"],
            counts: (0, 1, 0), checked: ["RES-100"]),
        Case(
            name: "course moved into a degree", before: degreeAlone, event: moveIntoDegree, reported: [moved],
            counts: (0, 1, 0), checked: ["RES-100"]),
        Case(
            name: "credits corrected", event: "UPDATE fs.emne SET vektingstall = 7.5",
            reported: ["RES-100 credits: 10 → 7.5"], counts: (0, 1, 0), checked: ["RES-100"]),
        Case(
            name: "thesis title and description added",
            event: """
                UPDATE fs.studentvurdkombprotokoll SET oppgavetittel_original = 'Om utveksling';
                INSERT INTO fs.emne_infotekst (institusjonsnr, emnekode, versjonskode, infotypekode, sprakkode,
                    arstall_fra, terminkode_fra, infotekst)
                VALUES (216, 'RES-100', '1', 'INNHOLD', 'BOKMÅL', 2000, 'VÅR', 'Om resultater');
                """,
            reported: ["RES-100 description_bokmal: – → Om resultater", "RES-100 thesis_title: – → Om utveksling"],
            counts: (0, 1, 0), checked: ["RES-100"]),
    ]

    @Test(
        "a change at the source is reported once, as what it is, and the next import is silent", arguments: cases,
        [false, true])
    func reported(_ change: Case, isForgotten: Bool) async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1(); \(change.before)")
        _ = try await playground.fetchAgain()
        #expect(try await playground.reported() == [], "the first fetch is new as a whole")

        try await playground.at(203, change.event)
        if isForgotten { try await playground.forgetFingerprints() }
        let order = try await playground.fetchAgain()
        #expect(try await playground.reported() == change.reported)
        #expect(order.newResults == change.counts.new)
        #expect(order.changedResults == change.counts.changed)
        #expect(order.missingResults == change.counts.missing)
        #expect(order.unseenChanges == change.reported.count)
        let checked = try await playground.results(Playground.person1).filter(\.needsControl).map(\.code).sorted()
        #expect(checked == change.checked)

        for forgets in [false, true] {
            if forgets { try await playground.forgetFingerprints() }
            let again = try await playground.fetchAgain()
            #expect(try await playground.reported() == [])
            #expect(again.newResults + again.changedResults + again.missingResults == 0)
        }
    }

    @Test("what the source no longer has is marked, also when two records became one or its answers were forgotten")
    func missingThough() async throws {
        for event in ["changed number", "DELETE FROM", "TRUNCATE"] {
            let playground = try await Playground.make(203)
            try await playground.at(203, "SELECT example.add_test_person_1()")
            _ = try await playground.fetchAgain()
            var number = Playground.person1
            if event == "changed number" {
                let real = try ExamplePerson.number(.birthNumber)
                _ = try await playground.store.addPerson(real, givenName: nil, familyName: nil)
                _ = try await playground.store.changeNumber(from: try PersonNumber(number), to: real, on: nil)
                number = real.digits
            } else {
                try await playground.own("\(event) resutveksl.person_sources")
            }
            try await playground.at(203, "UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'N'")
            let order = try await playground.order(number)
            _ = try await playground.run()
            #expect(try await playground.outcome(order, 203) == "nothing")
            #expect(try await playground.reported() == ["RES-100 missing"], "\(event)")
            #expect(try await playground.results(number).map(\.isMissing) == [true])
            #expect(try await playground.explained(order, 203).contains("1 result of before missing"))
            #expect(try await playground.value("SELECT count(*) FROM resutveksl.person_sources") == "0")
        }
    }

    @Test("the order says it in words, also in SQL: 1 new, 1 changed")
    func counted() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        _ = try await playground.fetchAgain()
        let results = "SELECT results FROM resutveksl.order_results ORDER BY order_number DESC LIMIT 1"
        #expect(try await playground.value(results) == "1 new")
        try await playground.at(203, Self.degree)
        _ = try await playground.fetchAgain()
        #expect(try await playground.value(results) == "1 new, 1 changed")
        _ = try await playground.fetchAgain()
        #expect(try await playground.value(results) == "")
    }

    @Test("after nothing was left at the source, what comes again is returned and what is new is added")
    func againAfterNothing() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        _ = try await playground.fetchAgain()
        try await playground.at(203, "UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'N'")
        _ = try await playground.fetchAgain()
        #expect(try await playground.reported() == ["RES-100 missing"])
        try await playground.at(203, "UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'J'; \(Self.addCourse)")
        let order = try await playground.fetchAgain()
        #expect(try await playground.reported() == ["RES-100 returned", "RES-200 added"])
        #expect(order.newResults == 1 && order.changedResults == 1)
        #expect(try await playground.results(Playground.person1).allSatisfy { !$0.isMissing })
    }

    @Test("what an institution has for the first time with a later order is reported as added")
    func firstAtALaterOrder() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        _ = try await playground.fetchAgain()
        try await playground.at(
            204, "SELECT example.add_test_person_2(); UPDATE fs.person SET fodselsdato = 15361, personnr = 12185")
        try await playground.at(204, "UPDATE fs.studentvurdkombprotokoll SET fodselsdato = 15361, personnr = 12185")
        _ = try await playground.fetchAgain()
        #expect(try await playground.reported() == ["RES-OAL added"])
    }

    @Test("what an institution has for the first time when the same order is fetched again is reported as added")
    func firstWhenQueuedAgain() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.state(order) == .completed)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        // The weekly refresh of an admission does no more.
        try await playground.own("SELECT resutveksl.requeue(\(order.rawValue))")
        _ = try await playground.run()
        #expect(try await playground.reported() == ["RES-100 added"])
        #expect(try await playground.store.order(order).newResults == 1)
        try await playground.own("SELECT resutveksl.requeue(\(order.rawValue))")
        _ = try await playground.run()
        #expect(try await playground.reported() == ["RES-100 added"], "once")
        #expect(try await playground.store.order(order).newResults == 0)
    }

    @Test("what a source that was down brings in a later attempt of the same order belongs to the first fetch")
    func laterAttempt() async throws {
        let playground = try await Playground.make(203)
        let good = try playground.cluster.connectionString(
            database: playground.database(of: 203), user: Playground.requester)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.register(203, .nobodyListens())
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.register(203, good)
        try await playground.own("UPDATE resutveksl.orders SET due_at = now()")
        _ = try await playground.run()
        #expect(try await playground.store.order(order).newResults == 1)
        #expect(try await playground.reported() == [])
    }

    @Test(
        "what a source brings that had not answered before the order was queued again belongs to the first fetch",
        arguments: ["UPDATE resutveksl.orders SET state = 'ordered' WHERE state = 'awaiting_retry'", "another order"])
    func firstAnswerWhenQueuedAgain(queueing: String) async throws {
        let playground = try await Playground.make(203, 204)
        let good = try playground.cluster.connectionString(
            database: playground.database(of: 204), user: Playground.requester)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(
            204,
            """
            SELECT example.add_test_person_2();
            UPDATE fs.person SET fodselsdato = 15361, personnr = 12185;
            UPDATE fs.studentvurdkombprotokoll SET fodselsdato = 15361, personnr = 12185;
            """)
        try await playground.register(204, .nobodyListens())
        var order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.register(204, good)
        try await playground.at(203, Self.addCourse)
        if queueing == "another order" {
            try await playground.store.cancel(order)
            order = try await playground.order(Playground.person1)
        } else {
            try await playground.own(queueing)
        }
        _ = try await playground.run()
        #expect(try await playground.reported() == ["RES-200 added"], "203 had answered, and 204 had not")
        #expect(try await playground.store.order(order).newResults == 2)
        #expect(try await playground.results(Playground.person1).count == 3)
    }

    @Test(
        "a source whose answer was bad data has not answered: what it brings once mended belongs to the first fetch")
    func firstGoodAnswer() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.tamper(at: 203, "institution", "CASE WHEN record = 'result' THEN 999 ELSE institution END")
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "invalid")
        try await playground.at(
            203,
            """
            DROP FUNCTION resutveksl.ask_v1(bigint[], text[], text[], date[], text[], text[], text);
            ALTER FUNCTION resutveksl.ask_truly RENAME TO ask_v1;
            """)
        try await playground.store.requeue(order)
        _ = try await playground.run()
        #expect(try await playground.store.order(order).newResults == 1)
        #expect(try await playground.reported() == [])
    }

    @Test("a course that moves to another degree of the same code is reported, and stands in the new one")
    func otherDegree() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1(); \(Self.degree)")
        _ = try await playground.fetchAgain()
        try await playground.at(
            203,
            """
            UPDATE fs.oppnadd_grad_prot SET dato_oppnaelse = '2015-06-20';
            UPDATE fs.emne_i_grad_prot SET dato_oppnaelse = '2015-06-20';
            """)
        _ = try await playground.fetchAgain()
        #expect(
            try await playground.reported() == [
                "BACHELOR added", "BACHELOR missing", "RES-100 part_of: BACHELOR 2015-06-15 → BACHELOR 2015-06-20",
            ])
        let stands = try await playground.value(
            """
            SELECT q.obtained_on FROM resutveksl.external_results r
            JOIN resutveksl.external_results q ON q.result_id = r.part_of
            """)
        #expect(stands == "2015-06-20")
    }
}
