package import Exchange
import Postgres

/// An entry of the log of Person eksternstudium.
package struct StudyLogEntry: Sendable {
    package let loggedAt: String
    package let person: PersonNumber?
    package let institution: InstitutionNumber
    package let acronym: String
    package let action: String
    package let who: String
    package let order: Int64?
    package let details: String
}

/// What is looked for in the log; what is nil does not matter.
package struct StudyLogSearch: Sendable {
    package var person: PersonNumber?
    package var institution: InstitutionNumber?
    package var who: String?
    /// From this day on, in local time.
    package var since: CalendarDay?
    /// Up to this day, and on it.
    package var until: CalendarDay?
    package var text: String?
    package var limit = 1000

    package init() {}
}

extension Store {
    /// Entries of the log of Person eksternstudium, newest first.
    package func studyLog(_ search: StudyLogSearch) async throws -> [StudyLogEntry] {
        do {
            return try await query(
                """
                SELECT resutveksl.local_minute(l.logged_at), p.person_number, l.institution, i.acronym, l.action, l.who,
                    l.order_number, l.details
                FROM resutveksl.settings s
                CROSS JOIN LATERAL resutveksl.study_log_search($1, $2, $3, $4::timestamp AT TIME ZONE s.time_zone,
                    ($5 + 1)::timestamp AT TIME ZONE s.time_zone, $6, $7) l
                JOIN resutveksl.institutions i ON i.institution = l.institution
                LEFT JOIN resutveksl.persons p ON p.person_id = l.person_id
                ORDER BY l.logged_at DESC, l.entry_id DESC
                """,
                search.person?.digits, search.institution?.rawValue, search.who,
                search.since.map { PostgresDate($0) }, search.until.map { PostgresDate($0) }, search.text,
                Int32(clamping: search.limit)
            ).decode(
                String.self, String?.self, Int32.self, String.self, String.self, String.self, Int64?.self, String.self
            ).compactMap { row in
                InstitutionNumber(rawValue: row.2).map {
                    StudyLogEntry(
                        loggedAt: row.0, person: row.1.flatMap { try? PersonNumber($0) }, institution: $0,
                        acronym: row.3, action: row.4, who: row.5, order: row.6, details: row.7)
                }
            }
        } catch let error as PostgresError where error.isServer("P0002") {
            throw StoreError(.notFound, error.message)
        }
    }

    /// Deletes the log of one person; what stands in Person eksternstudium stays.
    ///
    /// - Returns: how many entries there were.
    package func deleteStudyLog(of number: PersonNumber) async throws -> Int {
        do {
            return try await query("SELECT resutveksl.delete_study_log($1)", number.digits).single(Int.self)
        } catch let error as PostgresError where error.isServer("P0002") {
            throw StoreError(.notFound, error.message)
        }
    }
}
