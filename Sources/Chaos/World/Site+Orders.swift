import DevCluster
import Exchange
import Postgres

extension Site {
    /// Registers persons of the pool, by place, with what they answered and the number they had before.
    func addPersons(_ places: Range<Int>) async throws {
        let numbers = places.map { number($0) }
        let earlier = places.map { WorldPlan.hasNewNumber($0) ? pool.persons[$0].number.digits : nil }
        let answers = places.map { WorldPlan.answer($0) }
        try await withOwn { own in
            _ = try await own.query(
                """
                WITH added AS (
                    INSERT INTO resutveksl.persons (person_number) SELECT unnest($1)
                    RETURNING person_id, person_number
                ), given AS (
                    SELECT person_id, earlier, answer FROM unnest($1, $2, $3) AS p (person_number, earlier, answer)
                    JOIN added USING (person_number)
                ), changed AS (
                    INSERT INTO resutveksl.person_number_changes (person_id, earlier_number)
                    SELECT person_id, earlier FROM given WHERE earlier IS NOT NULL
                )
                INSERT INTO resutveksl.acceptances (person_id, answer, answered_on, channel)
                SELECT person_id, answer, DATE '2022-08-20', 'Studentweb' FROM given WHERE answer IS NOT NULL
                """, numbers, earlier, answers, timeout: .seconds(120))
        }
    }

    /// Orders for persons, as case workers do.
    ///
    /// - Returns: how many orders that made.
    @discardableResult
    func order(_ places: Range<Int>) async throws -> Int {
        try await withOwn { own in
            try await own.query(
                """
                SELECT count(*) FILTER (WHERE is_new) FROM unnest($1) AS number
                CROSS JOIN LATERAL resutveksl.place_order(number, 'external_study', NULL, 'case worker')
                """, places.map { number($0) }, timeout: .seconds(120)
            ).single(Int.self)
        }
    }

    private func number(_ place: Int) -> String {
        pool.persons[WorldPlan.hasNewNumber(place) ? plan.persons + place : place].number.digits
    }

    /// Lets the sources' protocols go on: grades improve, rows become invalid or valid, diplomas are handed out.
    ///
    /// What is invalid becomes valid again sooner: scenarios share the sources, and results must not run out.
    func changeSources(_ generator: inout SeededGenerator) async throws {
        for source in sources {
            let lot = Int.random(in: 0..<1_000_000, using: &generator)
            try await source.own(
                """
                UPDATE fs.studentvurdkombprotokoll SET karaktertall = 61 + (karaktertall - 60)::int % 5
                WHERE karregelkode = 30 AND karaktertall > 60
                    AND hashtextextended(emnekode || fodselsdato || personnr, \(lot)) % 12 = 0;
                UPDATE fs.studentvurdkombprotokoll
                SET status_manuelt_ugyldig = CASE status_manuelt_ugyldig WHEN 'J' THEN 'N' ELSE 'J' END
                WHERE hashtextextended(emnekode || fodselsdato || personnr, \(lot + 1))
                    % CASE status_manuelt_ugyldig WHEN 'J' THEN 4 ELSE 25 END = 0;
                UPDATE fs.oppnadd_grad_prot
                SET dato_utlev_vitn = CASE WHEN dato_utlev_vitn < current_date - 1 THEN NULL ELSE current_date - 2 END
                WHERE hashtextextended(gradkode || fodselsdato || personnr, \(lot + 2)) % 5 = 0;
                """)
        }
    }
}
