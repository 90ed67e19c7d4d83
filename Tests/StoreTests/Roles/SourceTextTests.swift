import Exchange
import Store
import Testing

/// A source whose answers are SQL, or look like something to one of the programs on the way: text is all that they are.
@Suite struct SourceTextTests {
    static let texts = [
        "'); DROP TABLE resutveksl.orders CASCADE; --", "\"; DELETE FROM resutveksl.persons; --", "\\.", "\\N", "\\\\",
        "NULL", "null",
        "$$; SELECT pg_sleep(10); $$", "$1 %s %L {0}", "{a,\"b\",NULL}", "x'); COPY (SELECT 1) TO PROGRAM 'id'; --",
        "<script>alert(1)</script>", "E'\\x00'", "ø\u{1F393}", "SET ROLE postgres;", "''", "' OR '1'='1",
    ]

    @Test("it is kept as it came, and changes nothing else", arguments: texts)
    func kept(text: String) async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let literal = text.replacing("'", with: "''")
        try await playground.at(
            203,
            """
            UPDATE fs.emne SET emnenavn_bokmal = '\(literal)', emnenavn_engelsk = '\(literal)';
            UPDATE fs.studentvurdkombprotokoll SET oppgavetittel_original = '\(literal)'
            """)
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        #expect(try await playground.outcome(order, 203) == "fetched")
        #expect(
            try await playground.value(
                """
                SELECT count(*) FROM resutveksl.external_results
                WHERE name_bokmal = '\(literal)' AND name_english = name_bokmal AND thesis_title = name_bokmal
                """) == "1")
        // And as the old value of a change, which goes through another statement.
        try await playground.at(203, "UPDATE fs.emne SET emnenavn_bokmal = 'plain'")
        _ = try await playground.fetchAgain()
        #expect(
            try await playground.value(
                "SELECT count(*) FROM resutveksl.result_changes WHERE old_value = '\(literal)' AND new_value = 'plain'")
                == "1")
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.persons") == "1")
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.orders") == "2")
    }

    @Test("the source's own words in an error are kept as text too, and name nobody")
    func error() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(
            203,
            """
            ALTER FUNCTION resutveksl.contract() RENAME TO contract_truly;
            CREATE FUNCTION resutveksl.contract() RETURNS TABLE (oldest int, newest int, institution int, answers_for int[])
            LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
                RAISE EXCEPTION '''); DROP TABLE resutveksl.orders; -- \(Playground.person1)';
            END $$
            """)
        let order = try await playground.order(Playground.person1)
        _ = try await playground.run()
        let pair = try #require(try await playground.atSource(order, 203))
        #expect(pair.outcome == "failed")
        #expect(!(pair.reason ?? "").contains(Playground.person1))
        #expect(!playground.log.text.contains(Playground.person1))
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.orders") == "1")
    }
}
