package import Exchange
import Postgres

extension Store {
    /// Registers an admission.
    ///
    /// - Parameter time: local time of day, as PostgreSQL reads it.
    package func addAdmission(
        _ code: String, name: String?, opensOn: CalendarDay?, closesOn: CalendarDay, weekday: Weekday?, time: String?
    ) async throws {
        try await sayingWhy {
            let rows = try await query(
                """
                INSERT INTO resutveksl.admissions (admission, name, opens_on, closes_on, refresh_weekday, refresh_at)
                VALUES ($1, $2, coalesce($3, resutveksl.local_date()), $4, coalesce($5, 5),
                    coalesce($6::text::time, '18:00'))
                ON CONFLICT DO NOTHING
                """,
                code, name, opensOn.map { PostgresDate($0) }, PostgresDate(closesOn),
                weekday.map { Int32($0.rawValue) }, time)
            if rows.affected == 0 {
                throw StoreError(
                    .refused, "admission \(code) exists already. Move its closing date: resutveksl admission close --on"
                )
            }
        }
    }

    /// The newest first.
    package func admissions() async throws -> [Admission] {
        try await query(
            """
            SELECT admission, name, state, opens_on, closes_on, refresh_weekday, to_char(refresh_at, 'HH24:MI'),
                applications, waiting, resutveksl.local_minute(refreshed_for), resutveksl.local_minute(next_refresh)
            FROM resutveksl.admission_states ORDER BY closes_on DESC, admission
            """
        ).decode(
            String.self, String?.self, String.self, PostgresDate.self, PostgresDate.self, Int.self, String.self,
            Int.self, Int.self, String?.self, String?.self
        ).compactMap { row in
            guard let state = Admission.State(rawValue: row.2), let weekday = Weekday(rawValue: row.5),
                let opens = CalendarDay(daysSince2000: row.3.daysSince2000),
                let closes = CalendarDay(daysSince2000: row.4.daysSince2000)
            else { return nil }
            return Admission(
                code: row.0, name: row.1, state: state, opensOn: opens, closesOn: closes, weekday: weekday,
                time: row.6, applications: row.7, waiting: row.8, lastRefresh: row.9, nextRefresh: row.10)
        }
    }

    /// Closes an admission at once, or moves its closing date.
    package func closeAdmission(_ code: String, on day: CalendarDay?) async throws {
        try await sayingWhy {
            let rows = try await query(
                """
                UPDATE resutveksl.admissions SET closes_on = coalesce($2, closes_on),
                    closed_at = CASE WHEN $2 IS NULL THEN coalesce(closed_at, now()) END
                WHERE admission = $1
                """,
                code, day.map { PostgresDate($0) })
            if rows.affected == 0 {
                throw StoreError(.notFound, "there is no admission \(code). List them: resutveksl admission list")
            }
        }
    }

    /// Queues the orders of every open admission again whose weekly moment has come.
    ///
    /// Costs next to nothing when none has; whoever calls it, and how often, each order is queued once for a moment.
    @discardableResult
    package func scheduleRefreshes() async throws -> [Refresh] {
        try await refreshed {
            try await refreshes(
                "SELECT admission, resutveksl.local_minute(moment), orders, left_over FROM resutveksl.schedule_refreshes()"
            )
        }
    }

    /// Queues the orders of an admission again now, whatever its schedule says.
    package func refreshAdmission(_ code: String) async throws -> Refresh {
        try await sayingWhy {
            let now = try await query("SELECT now() FROM resutveksl.require_open_admission($1)", code).single(
                PostgresTimestamp.self)
            let all = try await refreshed {
                try await refreshes(
                    """
                    SELECT $1, resutveksl.local_minute($2), orders, left_over FROM resutveksl.refresh_admission($1, $2)
                    """, code, now)
            }
            guard let refresh = all.first else { throw StoreError(.refused, "the database told nothing") }
            return refresh
        }
    }

    /// Calls until nothing is left, or what is left does not get less: that is in the hands of workers.
    private func refreshed(_ body: () async throws -> [Refresh]) async throws -> [Refresh] {
        var all: [String: Refresh] = [:]
        while true {
            var isMore = false
            for piece in try await patiently({ _ in try await body() }) {
                let before = all[piece.admission]
                isMore = isMore || (piece.leftOver > 0 && piece.leftOver < before?.leftOver ?? .max)
                all[piece.admission] = Refresh(
                    admission: piece.admission, moment: piece.moment, orders: piece.orders + (before?.orders ?? 0),
                    leftOver: piece.leftOver)
            }
            if !isMore { return all.values.sorted { $0.admission < $1.admission } }
        }
    }

    private func refreshes(_ statement: Statement, _ arguments: any PostgresEncodable...) async throws -> [Refresh] {
        try await pool.withConnection { connection in
            try await connection.query(statement, arguments: arguments)
        }.decode(String.self, String.self, Int.self, Int.self).map {
            Refresh(admission: $0.0, moment: $0.1, orders: $0.2, leftOver: $0.3)
        }
    }
}
