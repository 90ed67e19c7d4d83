import DevCluster
import Exchange
import Postgres
import Store
import Testing

/// `resutveksl explain`: domain.md, "When expected results are missing", and everything else that may have happened.
@Suite struct ExplanationTests {
    private static let reserve = "UPDATE fs.modulvalg_egenskap SET status_aktiv = 'J' WHERE egenskapkode = 'RESERVER'"
    private static let closeModule = "UPDATE fs.modulvalg SET status_aktiv = 'N' WHERE modulkode = 'RESUTVEKSL'"

    @Test("reached and fetched: how many are new, changed and missing, and then unchanged")
    func fetched() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let first = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.explained(first, 203) == "Reached and fetched: 1 new.")
        let second = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.explained(second, 203) == "Reached: 1 result, unchanged since the last fetch.")
        try await playground.at(203, "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 65")
        let third = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(
            try await playground.explained(third, 203)
                == "Reached and fetched: 1 changed. Look at what changed before it is used.")
        try await playground.at(203, "UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'N'")
        let fourth = try await playground.order(Playground.person1)
        _ = try await playground.run()
        let missing = try await playground.explained(fourth, 203)
        #expect(missing.contains("1 result of before missing"))
        #expect(missing.contains("the person is known there and has no passed result to show"))
    }

    @Test("the source database was down: each attempt and the next, and that it is tried again by itself")
    func down() async throws {
        let playground = try await Playground.make()
        try await playground.register(204, .nobodyListens())
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.nextNight()
        _ = try await playground.run()
        let explanation = try await playground.explanation(order, 204)
        #expect(
            explanation.sentence.contains(
                /^Down: it could not be reached\. Tried 2 times: (\d\d\.\d\d\.\d{4} \d\d:\d\d \(connection refused\)(, )?){2}\. Next attempt \d\d\.\d\d\.\d{4} \d\d:\d\d\.$/
            ))
        #expect(explanation.advice == "Nothing: it is tried again by itself.")

        try await playground.store.hold(order, reason: "two persons?")
        #expect(try await playground.explained(order, 204).contains("while the order is held: two persons?"))
        try await playground.store.release(order)
        try await playground.store.cancel(order)
        #expect(try await playground.explained(order, 204).contains("Not tried again: the order was cancelled"))
    }

    @Test("a source that is not there under its name does not come back by itself: an operator must look at it")
    func misdirected() async throws {
        let playground = try await Playground.make(203)
        try await playground.register(203, try playground.cluster.connectionString(database: "no_such"))
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        let explanation = try await playground.explanation(order, 203)
        #expect(explanation.outcome == "unreachable")
        #expect(
            explanation.advice
                == "It is tried again by itself; an operator must look at it: resutveksl source check 203.")
    }

    @Test("what is advised follows from the kind of trouble and not from its outcome")
    func advice() async throws {
        let passing: Set<FaultKind> = [
            .connectionRefused, .noAnswer, .connectionLost, .tooManyConnections, .notReady, .shuttingDown, .tooSlow,
            .outOfResources,
        ]
        let playground = try await Playground.make()
        for kind in FaultKind.allCases {
            let advice = try await playground.value("SELECT resutveksl.trouble_advice(203, '\(kind.rawValue)')")
            #expect(advice?.hasPrefix("Nothing: ") == passing.contains(kind), "\(kind)")
        }
    }

    @Test("given up: how often it was tried, and to order again")
    func givenUp() async throws {
        let playground = try await Playground.make()
        try await playground.register(204, .nobodyListens())
        try await playground.own("UPDATE resutveksl.settings SET outage_days = 1")
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        let text = try await playground.explained(order, 204)
        #expect(text.hasPrefix("Given up after 1 attempt: "))
        #expect(text.hasSuffix("Order again when Nord has mended it."))
    }

    @Test(
        "the source institution has reserved itself, since when as far as is known here; a module that is not active is another thing"
    )
    func closed() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, Self.reserve)
        try await playground.at(204, Self.closeModule)
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        // Seen again later, it is the first time that is told.
        try await playground.own("UPDATE resutveksl.sources SET sharing_since = '2026-03-02 12:00+01'")
        try await playground.store.requeue(order)
        _ = try await playground.run()
        #expect(
            try await playground.explained(order, 203).hasPrefix(
                "It has reserved itself (RESERVER = J), since 02.03.2026 as far as known here. The person must bring papers"
            ))
        #expect(
            try await playground.explained(order, 204).hasPrefix(
                "Its module RESUTVEKSL is not active, since 02.03.2026 as far as known here."))
        try await playground.at(203, "UPDATE fs.modulvalg_egenskap SET status_aktiv = 'N'")
        try await playground.order(Playground.person2)
        _ = try await playground.run()
        #expect(try await playground.explained(order, 203).hasSuffix("It shares again: order again."))
    }

    @Test(
        "degrees: DATO_UTLEV_VITN is not set to a date before the date of the fetch: how many are held back, and what to do"
    )
    func heldBack() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(203, Degree.add(diploma: "NULL"))
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        let text = try await playground.explained(order, 203)
        #expect(text.contains("1 degree held back for want of a diploma date before the day of the fetch."))
        #expect(text.contains("Ask HVL to register when the diploma was handed out, and order again."))
    }

    @Test("nothing found: known there without results, or nobody known there")
    func nothing() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(
            203, "SELECT example.add_test_person_1(); UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'N'")
        let known = try await playground.order(Playground.person1)
        let unknown = try await playground.order(Playground.person2)
        _ = try await playground.run()
        #expect(
            try await playground.explained(known, 203)
                == "Reached: the person is known there and has no passed result to show.")
        #expect(
            try await playground.explanation(unknown, 203).sentence
                == "Reached: nothing found; nobody is known there by the person's number.")
    }

    @Test("no consent, here or there; refused")
    func consent() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.own(
            "UPDATE resutveksl.sources SET is_consent_required = false, legal_basis = 'law' WHERE source = 203")
        let order = try await playground.order(Playground.person1, consent: nil)
        let refused = try await playground.order(Playground.person2, consent: .no)
        _ = try await playground.run()
        #expect(
            try await playground.explained(order, 204).hasPrefix(
                "Not asked: consent is required, and the person has not answered. Ask the person to answer"))
        #expect(
            try await playground.explained(order, 203).hasPrefix("Reached: it requires consent, and knows of no J;"))
        #expect(
            try await playground.explained(refused, 203).contains(
                /^Not asked: the person answered N on \d\d\.\d\d\.\d{4} \(Studentweb\), and an N always stops\./))
    }

    @Test("bad data: which rule it broke, and who is to correct it")
    func badData() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.tamper(at: 203, "category", "CASE WHEN record = 'result' THEN 'Kurs' END")
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        let explanation = try await playground.explanation(order, 203)
        #expect(explanation.sentence.hasPrefix("Bad data, and nothing of it was taken: "))
        #expect(explanation.sentence.contains("Tried 1 time: "))
        #expect(explanation.sentence.contains("Next attempt "))
        #expect(explanation.advice == "Ask HVL to correct its data; it is asked again by itself.")
        #expect(explanation.failedAttempts?.hasSuffix("(bad person)") == true)
    }

    @Test("paused, in its maintenance window, waiting, held, cancelled")
    func waiting() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.store.pauseSource(203, until: nil, reason: "moving")
        try await playground.own(
            """
            INSERT INTO resutveksl.maintenance_windows (source, starts_at, ends_at) VALUES (204, '00:00', '12:00'),
                (204, '12:00', '00:00')
            """)
        let order = try await playground.order(Playground.person1)
        #expect(
            try await playground.explained(order, 203)
                == "Not asked yet: the order is waiting to be fetched. Nothing: it is asked by itself.")
        try await playground.store.hold(order, reason: "two persons?")
        #expect(
            try await playground.explained(order, 203)
                == "Not asked yet: the order is held: two persons? Release it when it may go on: resutveksl order release \(order)."
        )
        try await playground.store.release(order)
        _ = try await playground.run()
        #expect(try await playground.explained(order, 203).hasPrefix("Not asked: paused: moving. Next attempt "))
        #expect(try await playground.explained(order, 204).contains("maintenance"))
        let other = try await playground.order(Playground.person2)
        try await playground.store.cancel(other)
        #expect(
            try await playground.explained(other, 203)
                == "Not asked: the order was cancelled. Order again if the results are needed.")
    }
}
