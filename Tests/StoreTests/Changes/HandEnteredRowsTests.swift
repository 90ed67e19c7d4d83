import Exchange
import Postgres
import Store
import Testing

/// Rows entered by hand belong to people.
@Suite struct HandEnteredRowsTests {
    private static let byHand = """
        SELECT string_agg(r::text, '|' ORDER BY result_id) FROM resutveksl.external_results r WHERE origin = 'MANUELL'
        """

    @Test("imports leave them alone, also when they read like a fetched one, and whatever comes and goes")
    func leftAlone() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        _ = try await playground.fetchAgain()
        try await playground.own(
            """
            INSERT INTO resutveksl.external_results (study_id, category, code, version, name_bokmal, name_nynorsk,
                name_english, term_year, term, credits, grading_rule, grade_value, grade)
            SELECT study_id, category, code, version, name_bokmal, name_nynorsk, name_english, term_year, term, credits,
                grading_rule, grade_value, grade FROM resutveksl.external_results;
            -- One that says from which source it was typed in.
            INSERT INTO resutveksl.external_results (study_id, category, code, source)
            SELECT study_id, 'Praksis', 'PRA-1', 203 FROM resutveksl.external_studies;
            """)
        let before = try await playground.value(Self.byHand)
        for event in [
            "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 65", ReportedChangesTests.degree,
            "UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'N'",
            "DELETE FROM fs.emne_i_grad_prot; DELETE FROM fs.oppnadd_grad_prot",
            "UPDATE fs.studentvurdkombprotokoll SET status_gyldig = 'J'",
        ] {
            try await playground.at(203, event)
            _ = try await playground.fetchAgain()
            #expect(try await playground.value(Self.byHand) == before)
        }
        #expect(
            try await playground.value(
                """
                SELECT count(*) FROM resutveksl.result_changes c JOIN resutveksl.external_results r USING (result_id)
                WHERE r.origin = 'MANUELL'
                """) == "0")
    }

    @Test("they can be edited and deleted by hand, and so can a study that holds nothing else")
    func edited() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        _ = try await playground.fetchAgain()
        try await playground.enterByHand("HÅND-1", grade: "C")
        try await playground.own("UPDATE resutveksl.external_results SET grade = 'D' WHERE code = 'HÅND-1'")
        #expect(
            try await playground.value("SELECT grade FROM resutveksl.external_results WHERE code = 'HÅND-1'") == "D")
        try await playground.own("DELETE FROM resutveksl.external_results WHERE origin = 'MANUELL'")
        try await playground.own(
            """
            INSERT INTO resutveksl.external_studies (person_id, institution) SELECT person_id, 185 FROM resutveksl.persons;
            INSERT INTO resutveksl.external_results (study_id, category, code)
            SELECT study_id, 'Emne', 'HÅND-2' FROM resutveksl.external_studies WHERE institution = 185;
            UPDATE resutveksl.external_studies SET institution = 184 WHERE institution = 185;
            DELETE FROM resutveksl.external_results WHERE code = 'HÅND-2';
            DELETE FROM resutveksl.external_studies WHERE institution = 184;
            """)
        #expect(try await playground.results(Playground.person1).map(\.code) == ["RES-100"])
    }

    @Test("a row entered by hand cannot be passed off as fetched")
    func passedOff() async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        _ = try await playground.fetchAgain()
        try await playground.enterByHand("HÅND-1", grade: "C")
        let error = try await playground.refusal(
            of: """
                UPDATE resutveksl.external_results SET origin = 'AUTOMATISK', source = 203, result_key = 'x'
                WHERE code = 'HÅND-1'
                """)
        #expect(error.sqlState == "42501")
    }
}
