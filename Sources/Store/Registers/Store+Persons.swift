package import Exchange
import Postgres

extension Store {
    /// Registers a person; names are only filled in, never taken away.
    ///
    /// - Returns: whether the person was unknown before.
    package func addPerson(_ number: PersonNumber, givenName: String?, familyName: String?) async throws -> Bool {
        try await sayingWhy {
            try await query(
                """
                INSERT INTO resutveksl.persons AS p (person_number, given_name, family_name) VALUES ($1, $2, $3)
                ON CONFLICT (person_number) DO UPDATE SET given_name = coalesce(EXCLUDED.given_name, p.given_name),
                    family_name = coalesce(EXCLUDED.family_name, p.family_name)
                RETURNING xmax = 0
                """,
                number.digits, givenName, familyName
            ).single(Bool.self)
        }
    }

    /// Records what a person answered, who may be named by an earlier number; a later answer replaces an earlier one.
    package func setAcceptance(
        of number: PersonNumber, answer: ConsentAnswer, on day: CalendarDay?, channel: ConsentChannel,
        type: AcceptanceType
    ) async throws {
        try await sayingWhy {
            _ = try await query(
                """
                INSERT INTO resutveksl.acceptances (person_id, acceptance_type, answer, answered_on, channel)
                VALUES (resutveksl.known_person($1), $2, $3, coalesce($4, resutveksl.local_date()), $5)
                ON CONFLICT (person_id) DO UPDATE SET acceptance_type = EXCLUDED.acceptance_type,
                    answer = EXCLUDED.answer, answered_on = EXCLUDED.answered_on, channel = EXCLUDED.channel,
                    entered_by = session_user, entered_at = now()
                """,
                number.digits, type.rawValue, answer.rawValue, day.map { PostgresDate($0) }, channel.rawValue)
        }
    }

    /// A person without anything to show and a mistyped number must not look alike.
    package func requireKnown(_ number: PersonNumber) async throws {
        try await sayingWhy { _ = try await query("SELECT resutveksl.known_person($1)", number.digits) }
    }
}
