import Postgres

extension Store {
    /// Every figure that is kept in the database or counted there: one statement.
    package func figures() async throws -> Figures {
        let rows = try await query(
            Statement(
                prepared: "figures",
                "SELECT metric, own_institution, institution, acronym, detail, value FROM resutveksl.metrics()")
        ).decode(String.self, Int32?.self, Int32?.self, String?.self, String?.self, Double.self)
        return Figures(
            ownInstitution: rows.first?.1,
            all: rows.map { row in
                Figure(metric: row.0, institution: row.2, acronym: row.3, detail: row.4, value: row.5)
            })
    }
}
