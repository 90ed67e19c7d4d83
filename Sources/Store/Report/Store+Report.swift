import Postgres

extension Store {
    /// What somebody should look at since a moment: one statement for the lines, one for the heading.
    ///
    /// - Parameter since: as people write it, see `resutveksl.moment`.
    /// - Throws: `StoreError` when that is no moment, or lies ahead.
    package func report(since: String) async throws -> Report {
        let moment: PostgresTimestamp
        do {
            moment = try await query("SELECT resutveksl.moment($1)", since).single(PostgresTimestamp.self)
        } catch let error as PostgresError where error.isServer("22") {
            throw StoreError(
                .refused,
                "\(since) is no moment that has been: give 24h, 7d, yesterday, or a time such as 26.11.2026 07:00")
        }
        let heading = try await query(
            """
            SELECT s.own_institution, i.acronym, resutveksl.local_minute($1), resutveksl.local_minute(now())
            FROM resutveksl.settings s LEFT JOIN resutveksl.institutions i ON i.institution = s.own_institution
            """, moment
        ).single(Int32?.self, String?.self, String.self, String.self)
        let lines = try await query(
            """
            SELECT section, is_news, source, acronym, outcome, reason, orders, items, resutveksl.local_minute(at)
            FROM resutveksl.report($1)
            """, moment
        ).decode(
            String.self, Bool.self, Int32?.self, String?.self, String?.self, String?.self, Int?.self, Int?.self,
            String?.self)
        return Report(
            ownInstitution: heading.0, ownAcronym: heading.1, since: heading.2, until: heading.3,
            lines: lines.compactMap { row in
                ReportLine.Section(rawValue: row.0).map { section in
                    ReportLine(
                        section: section, isNews: row.1, institution: row.2, acronym: row.3, outcome: row.4,
                        reason: row.5, orders: row.6, items: row.7, at: row.8)
                }
            })
    }
}
