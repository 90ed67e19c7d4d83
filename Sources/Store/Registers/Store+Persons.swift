package import Exchange
import Postgres

extension Store {
    /// Registers a person; names are only filled in, never taken away.
    ///
    /// - Returns: whether the person was unknown before.
    package func addPerson(
        _ number: PersonNumber, givenName: String?, familyName: String?, earlier: [PersonNumber] = []
    ) async throws -> Bool {
        try await sayingWhy {
            try await pool.withTransaction { transaction in
                let rows = try await transaction.query(
                    """
                    INSERT INTO resutveksl.persons AS p (person_number, given_name, family_name) VALUES ($1, $2, $3)
                    ON CONFLICT (person_number) DO UPDATE SET given_name = coalesce(EXCLUDED.given_name, p.given_name),
                        family_name = coalesce(EXCLUDED.family_name, p.family_name)
                    RETURNING person_id, xmax = 0
                    """,
                    number.digits, givenName, familyName)
                let (person, isNew) = try rows.single(Int64.self, Bool.self)
                _ = try await transaction.query(
                    """
                    INSERT INTO resutveksl.person_number_changes (person_id, earlier_number)
                    SELECT $1, unnest($2) ON CONFLICT DO NOTHING
                    """,
                    person, earlier.map(\.digits))
                return isNew
            }
        }
    }

    /// Records what a person answered; a later answer replaces an earlier one.
    package func setAcceptance(
        of number: PersonNumber, answer: ConsentAnswer, on day: CalendarDay?, channel: ConsentChannel,
        type: AcceptanceType
    ) async throws {
        let rows = try await sayingWhy {
            try await query(
                """
                INSERT INTO resutveksl.acceptances (person_id, acceptance_type, answer, answered_on, channel)
                SELECT p.person_id, $2, $3, coalesce($4, (now() AT TIME ZONE s.time_zone)::date), $5
                FROM resutveksl.persons p CROSS JOIN resutveksl.settings s
                WHERE p.person_number = $1
                ON CONFLICT (person_id) DO UPDATE SET acceptance_type = EXCLUDED.acceptance_type,
                    answer = EXCLUDED.answer, answered_on = EXCLUDED.answered_on, channel = EXCLUDED.channel,
                    entered_by = session_user, entered_at = now()
                """,
                number.digits, type.rawValue, answer.rawValue, day.map { PostgresDate($0) }, channel.rawValue)
        }
        guard rows.affected == 1 else {
            throw StoreError(
                .notFound, "no person with this number is known here. Register the person first: resutveksl person add")
        }
    }

    /// A person without anything to show and a mistyped number must not look alike.
    package func requireKnown(_ number: PersonNumber) async throws {
        let rows = try await query(
            "SELECT EXISTS (SELECT FROM resutveksl.persons WHERE person_number = $1)", number.digits)
        if try rows.single(Bool.self) { return }
        throw StoreError(.notFound, "no person with this number is known here")
    }
}
