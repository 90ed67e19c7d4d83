import DevCluster
import Exchange
import Foundation
import Postgres
import Store
import Testing

/// All that is held on a person, and what remains when the person is forgotten.
@Suite struct PersonRightsTests {
    private struct Export: Decodable {
        let personNumbers: [String]
        let tables: [String: [[String: Anything]]]
    }

    /// A value of JSON, whatever it is.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    private func export(_ playground: Playground, _ number: String) async throws -> Export {
        let text = try await playground.store.export(try PersonNumber(number))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Export.self, from: Data(text.utf8))
    }

    /// Testperson1 with orders, results, changes, an application, an earlier number and logs; Testperson2 beside.
    private func full() async throws -> Playground {
        let playground = try await Playground.withRecord()
        try await playground.at(203, "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 61")
        _ = try await playground.fetchAgain()
        try await playground.enterByHand("HÅND-1", grade: "C")
        try await playground.own(
            """
            INSERT INTO resutveksl.person_number_changes (person_id, earlier_number)
            SELECT person_id, '\(try ExamplePerson.number(.sNumber).digits)' FROM resutveksl.persons
            WHERE person_number = '\(Playground.person1)';
            INSERT INTO resutveksl.admissions (admission, closes_on) VALUES ('A-1', resutveksl.local_date() + 9);
            INSERT INTO resutveksl.admission_orders (admission, application_number, person_id, order_number)
            SELECT 'A-1', '77', person_id, order_number FROM resutveksl.orders WHERE order_number = 1
            """)
        return playground
    }

    @Test(
        "every table that refers to a person is exported, and it is said what becomes of it when the person is forgotten"
    )
    func covered() async throws {
        let playground = try await Playground.make(203)
        // By foreign keys, at any distance, and by the names of columns: found here in another way than by the view.
        let referring = """
            WITH RECURSIVE referring AS (
                SELECT 'resutveksl.persons'::regclass::oid AS id
                UNION
                SELECT c.conrelid FROM pg_constraint c JOIN referring r ON c.confrelid = r.id
                WHERE c.contype = 'f' AND c.conparentid = 0
            )
            SELECT c.relname FROM pg_class c
            WHERE c.relnamespace = 'resutveksl'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                AND (c.oid IN (SELECT id FROM referring) OR EXISTS (SELECT FROM pg_attribute a
                    WHERE a.attrelid = c.oid AND NOT a.attisdropped
                        AND a.attname ~ '^(person|person_id|person_number|earlier_number|fnr|personnr|given_name|family_name|order_number)$'))
            """
        #expect(
            try await playground.value(
                """
                SELECT string_agg(f.relname, ', ') FROM (\(referring)) f
                WHERE f.relname NOT IN (SELECT table_name FROM resutveksl.person_tables)
                """) == nil, "tables that refer to a person and are not exported")
        #expect(
            try await playground.value(
                """
                SELECT string_agg(table_name, ', ') FROM resutveksl.person_tables
                WHERE table_name NOT IN (SELECT table_name FROM resutveksl.personal_data)
                """) == nil, "tables of which resutveksl.personal_data does not say what becomes of them")
        #expect(
            try await playground.value(
                """
                SELECT string_agg(table_name, ', ') FROM resutveksl.personal_data
                WHERE table_name NOT IN (SELECT table_name FROM resutveksl.person_tables)
                """) == nil, "tables that are gone, or do not refer to a person any more")
    }

    @Test(
        "a new table that refers to a person is exported by itself, and keeps persons from being forgotten until it is known"
    )
    func newTable() async throws {
        let playground = try await full()
        try await playground.own(
            """
            CREATE TABLE resutveksl.remarks (whose bigint REFERENCES resutveksl.persons, remark text);
            INSERT INTO resutveksl.remarks SELECT person_id, 'x' FROM resutveksl.persons
            """)
        #expect(try await export(playground, Playground.person1).tables["remarks"]?.count == 1)
        let error = await #expect(throws: StoreError.self) {
            _ = try await playground.store.forget(try PersonNumber(Playground.person1), isDryRun: false)
        }
        #expect(error?.description.hasPrefix("what becomes of remarks is not known") == true)
    }

    @Test("everything of the person is exported, and nothing of anybody else")
    func exported() async throws {
        let playground = try await full()
        let held = try await export(playground, Playground.person1)
        #expect(held.personNumbers.count == 2)
        let counts = held.tables.mapValues(\.count)
        let expected = [
            "persons": 1, "person_number_changes": 1, "acceptances": 1, "acceptance_history": 1, "orders": 2,
            "order_claims": 2, "transfers": 2, "admission_orders": 1, "external_studies": 1, "external_results": 2,
            "person_sources": 1, "received_disclosures": 2,
        ]
        for (table, count) in expected { #expect(counts[table] == count, "\(table)") }
        for table in ["result_changes", "study_log", "transfer_log"] { #expect(counts[table] ?? 0 > 0, "\(table)") }
        let text = try await playground.store.export(try PersonNumber(Playground.person1))
        #expect(!text.contains(Playground.person2))
        #expect(text.contains("RES-100") && text.contains("HÅND-1") && text.contains("case worker"))
    }

    @Test("a dry run tells the same as the deed, and does nothing")
    func dryRun() async throws {
        let playground = try await full()
        let person = try PersonNumber(Playground.person1)
        let told = try await playground.store.forget(person, isDryRun: true)
        #expect(try await export(playground, Playground.person1).tables["orders"]?.count == 2)
        let done = try await playground.store.forget(person, isDryRun: false)
        #expect(told.map(\.table) == done.map(\.table))
        #expect(told.map(\.deleted) == done.map(\.deleted))
    }

    @Test(
        "what stays of a forgotten person is the record of disclosures and entries that name nobody, each with its reason"
    )
    func forgotten() async throws {
        let playground = try await full()
        let other = try await export(playground, Playground.person2).tables.mapValues(\.count)
        let tables = try await playground.store.forget(try PersonNumber(Playground.person1), isDryRun: false)
        #expect(tables.filter { $0.kept > 0 }.map(\.table) == ["received_disclosures", "transfer_log"])
        #expect(tables.allSatisfy { ($0.kept > 0) == ($0.reason != nil) })
        let left = try await export(playground, Playground.person1).tables.filter { !$0.value.isEmpty }.mapValues(
            \.count)
        #expect(left["received_disclosures"] == 2)
        #expect(Set(left.keys) == ["received_disclosures", "transfer_log"])
        #expect(try await playground.findings() == "")
        #expect(try await export(playground, Playground.person2).tables.mapValues(\.count) == other)
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.transfer_log WHERE event = 'person_forgotten'")
                == "1")
        // The person may come again, as anybody.
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.results(Playground.person1).count == 1)
    }

    @Test("an N stays with its number and without a name, so that nobody is asked about the person again")
    func refusal() async throws {
        let playground = try await full()
        try await playground.store.setAcceptance(
            of: try PersonNumber(Playground.person1), answer: .no, on: nil, channel: .studentweb, type: .resultatutveks)
        let tables = try await playground.store.forget(try PersonNumber(Playground.person1), isDryRun: false)
        let kept = tables.filter { $0.kept > 0 }
        #expect(
            kept.map(\.table) == [
                "acceptance_history", "acceptances", "person_number_changes", "persons", "received_disclosures",
                "transfer_log",
            ])
        #expect(kept.first?.reason?.contains("answered N") == true)
        #expect(
            try await playground.value(
                "SELECT count(given_name) FROM resutveksl.persons WHERE person_number = '\(Playground.person1)'") == "0"
        )
        let state = try await playground.value(
            "SELECT state FROM resutveksl.place_order('\(Playground.person1)', 'external_study')")
        #expect(state == "refused")
    }

    @Test("nobody is forgotten while a worker fetches for the order, and a number that is not known is told")
    func busy() async throws {
        let playground = try await full()
        try await playground.own(
            "SELECT resutveksl.requeue(order_number) FROM resutveksl.orders WHERE order_number = 3")
        let run = try await playground.store.beginRun(worker: "busy")
        _ = try await playground.store.claim(run: run, limit: 10, lease: .seconds(60))
        let error = await #expect(throws: StoreError.self) {
            _ = try await playground.store.forget(try PersonNumber(Playground.person1), isDryRun: false)
        }
        #expect(error?.description.hasPrefix("order 3 is being fetched right now") == true)
        let unknown = await #expect(throws: StoreError.self) {
            _ = try await playground.store.forget(try ExamplePerson.number(.dNumber), isDryRun: false)
        }
        #expect(unknown?.code == .notFound)
    }

    @Test("after two records became one, what was disclosed under the other number is exported too")
    func merged() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        let real = try ExamplePerson.number(.birthNumber)
        _ = try await playground.store.addPerson(real, givenName: nil, familyName: nil)
        _ = try await playground.store.changeNumber(from: try PersonNumber(Playground.person1), to: real, on: nil)
        let held = try await export(playground, real.digits)
        #expect(held.tables["received_disclosures"]?.count == 1)
        #expect(held.tables["orders"]?.count == 1)
    }
}
