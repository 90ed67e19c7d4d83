import Exchange
import Postgres
import Store
import Testing

/// A person whose number has changed: domain.md, section 3 and "When expected results are missing", 4.
@Suite struct EarlierNumberTests {
    @Test(
        "A student with an S-number at the source and a real number here is found when the change is known here, and explained when it is not"
    )
    func foundOrExplained() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let real = try ExamplePerson.number(.birthNumber)
        let first = try await playground.order(real.digits)
        _ = try await playground.run()
        #expect(try await playground.outcome(first, 203) == "nothing")
        let unknown = try await playground.explained(first, 203)
        #expect(unknown.contains("nobody is known there by the person's number"))
        #expect(unknown.contains("may have a temporary number there (S-number or D-number)"))
        #expect(unknown.contains("must ask HVL to update its records"))

        let message = try await playground.store.changeNumber(
            from: try PersonNumber(Playground.person1), to: real, on: nil)
        #expect(message.hasPrefix("an S-number was replaced by a fødselsnummer"))
        let second = try await playground.order(real.digits)
        _ = try await playground.run()
        #expect(try await playground.outcome(second, 203) == "fetched")
        #expect(try await playground.results(real.digits).map(\.code) == ["RES-100"])

        // It says so, and never by which number.
        #expect(try await playground.atSource(second, 203)?.isFoundEarlier == true)
        let found = try await playground.explained(second, 203)
        #expect(found.contains("1 new. Found under an earlier number of the person."))
        #expect(found.contains("The person should have HVL register the present number."))
        #expect(!found.contains("12185") && !found.contains(real.digits.suffix(5)))
        #expect(!playground.log.text.contains("12185"))
    }

    @Test("who is named by an earlier number is found by every command, and a withdrawal under it counts")
    func named() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let old = try PersonNumber(Playground.person1)
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        _ = try await playground.store.changeNumber(from: old, to: try ExamplePerson.number(.birthNumber), on: nil)
        try await playground.at(203, "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 65")
        try await playground.store.requeue(order)
        _ = try await playground.run()

        try await playground.store.requireKnown(old)
        #expect(try await playground.results(Playground.person1).map(\.code) == ["RES-100"])
        #expect(try await playground.store.unseenChanges(of: old).count == 1)
        #expect(try await playground.store.markChangesSeen(of: old, nil, by: nil).seen == 1)
        var search = StudyLogSearch()
        search.person = old
        #expect(try await playground.store.studyLog(search).isEmpty == false)
        #expect(try await playground.store.deleteStudyLog(of: old) > 0)
        try await playground.acceptance(.no, Playground.person1)
        #expect(try await playground.value("SELECT string_agg(answer, '') FROM resutveksl.acceptances") == "N")
        let unknown = await #expect(throws: StoreError.self) {
            try await playground.acceptance(.no, Playground.person2)
        }
        #expect(unknown?.code == .notFound && unknown?.description.contains("resutveksl person add") == true)
    }

    @Test("a person who is found under the number of today is not said to be found under an earlier one")
    func foundUnderPresent() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.atSource(order, 203)?.isFoundEarlier == false)
        #expect(try await !playground.explained(order, 203).contains("earlier number"))
    }

    @Test("somebody who has a temporary number here is explained as such")
    func temporaryHere() async throws {
        let playground = try await Playground.make(203)
        try await playground.own("UPDATE resutveksl.sources SET contact = 'studieadm@hvl.example'")
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        let text = try await playground.explained(order, 203)
        #expect(text.contains("The person has an S-number here: if HVL (studieadm@hvl.example) knows another number"))
    }

    @Test("who has had another number, asked by in vain, must ask the source to update its records")
    func askedByBoth() async throws {
        let playground = try await Playground.make(203)
        let real = try ExamplePerson.number(.birthNumber)
        try await playground.addPerson(real, earlier: try ExamplePerson.number(.dNumber))
        let order = try await playground.order(real.digits)
        _ = try await playground.run()
        let text = try await playground.explained(order, 203)
        #expect(text.contains("nobody is known there by any of the person's numbers"))
        #expect(text.contains("The person has had a D-number, which was asked by too"))
        #expect(text.contains("the person must ask HVL to update its records"))
    }

    @Test("two persons found under one order's numbers are bad data, and the order says so in clear words")
    func twoPersons() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let real = try ExamplePerson.number(.birthNumber)
        let digits = Int(real.digits) ?? 0
        try await playground.at(
            203,
            """
            INSERT INTO fs.person (fodselsdato, personnr, personlopenr, fornavn, etternavn, dato_fodt)
            VALUES (\(digits / 100_000), \(digits % 100_000), 77, 'Ola', 'Resultatutveksling', '1961-03-01')
            """)
        try await playground.addPerson(real, earlier: try PersonNumber(Playground.person1))
        let order = try await playground.order(real.digits)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "invalid")
        #expect(try await playground.results(real.digits).isEmpty)
        let text = try await playground.explained(order, 203)
        #expect(text.contains("The source has two persons under this person's numbers"))
        #expect(text.contains("Ask HVL to correct its data"))
    }

    @Test("an FS-number never leaves the house, neither as the present nor as an earlier number")
    func fsNumber() async throws {
        let playground = try await Playground.make(203)
        let real = try ExamplePerson.number(.birthNumber)
        let fs = try ExamplePerson.number(.fsNumber)
        _ = try await playground.store.addPerson(fs, givenName: nil, familyName: nil)
        _ = try await playground.store.changeNumber(from: fs, to: real, on: nil)
        try await playground.order(real.digits)
        let run = try await playground.store.beginRun(worker: "test")
        let claim = try #require(try await playground.store.claim(run: run, limit: 10, lease: .seconds(60)))
        #expect(claim.orders.map(\.numbers) == [[real]])
    }

    @Test("a number that is another person's by now is not asked by")
    func anotherPersons() async throws {
        let playground = try await Playground.make(203)
        let real = try ExamplePerson.number(.birthNumber)
        _ = try await playground.store.addPerson(try PersonNumber(Playground.person1), givenName: nil, familyName: nil)
        await #expect(throws: PostgresError.self) {
            try await playground.addPerson(real, earlier: try PersonNumber(Playground.person1))
        }
        try await playground.addPerson(real, earlier: try PersonNumber(Playground.person2))
        await #expect(throws: StoreError.self) {
            _ = try await playground.store.addPerson(
                try PersonNumber(Playground.person2), givenName: nil, familyName: nil)
        }
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.persons") == "2")
    }
}
