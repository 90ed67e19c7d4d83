package import Exchange
import Postgres

/// A row of the tab Resultater.
package struct TabResult: Sendable {
    package let institution: InstitutionNumber
    package let acronym: String
    package let origin: String
    package let category: String
    package let code: String
    package let version: String?
    package let name: String?
    package let nameEnglish: String?
    package let thesisTitle: String?
    /// `2014 HØST`.
    package let term: String?
    /// Studiepoeng.
    package let credits: String?
    package let grade: String?
    package let obtainedOn: String?
    /// Code of the qualification that the course is part of.
    package let partOf: String?
    package let needsControl: Bool
    package let isMissing: Bool
}

extension Store {
    /// What Person eksternstudium shows of a person: by institution, qualifications first, then by term and code.
    package func results(of number: PersonNumber) async throws -> [TabResult] {
        try await query(
            """
            SELECT t.institution, t.institution_acronym, t.origin, t.category, t.code, t.version, t.name, t.name_english,
                t.thesis_title, t.term_year || ' ' || t.term, trim_scale(t.credits)::text, t.grade, t.obtained_on::text,
                t.part_of_code, t.needs_control, t.missing_since IS NOT NULL
            FROM resutveksl.results_tab t WHERE t.person_id = resutveksl.person_of($1)
            ORDER BY t.institution, t.category <> 'Kvalifikasjon', t.term_year,
                array_position(ARRAY['VÅR', 'SOM', 'HØST'], t.term), t.code, t.result_id
            """,
            number.digits
        ).decode(
            Int32.self, String.self, String.self, String.self, String.self, String?.self, String?.self, String?.self,
            String?.self, String?.self, String?.self, String?.self, String?.self, String?.self, Bool.self, Bool.self
        ).compactMap { row in
            InstitutionNumber(rawValue: row.0).map {
                TabResult(
                    institution: $0, acronym: row.1, origin: row.2, category: row.3, code: row.4, version: row.5,
                    name: row.6, nameEnglish: row.7, thesisTitle: row.8, term: row.9, credits: row.10, grade: row.11,
                    obtainedOn: row.12, partOf: row.13, needsControl: row.14, isMissing: row.15)
            }
        }
    }
}
