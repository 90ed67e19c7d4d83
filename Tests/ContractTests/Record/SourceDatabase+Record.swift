import Postgres

extension SourceDatabase {
    /// What is found wrong with the record, as `finding chain/block`.
    func findings() async throws -> [String?] {
        try await texts(
            """
            SELECT concat_ws(' ', finding, chain || '/' || block) FROM resutveksl.verify_disclosures()
            """)
    }

    /// Does as the superuser what triggers refuse.
    func runPastTriggers(_ script: String) async throws {
        try await run("SET session_replication_role = replica; \(script)")
    }

    /// Asks about both test persons, in a session of its own, so many times.
    func askTwo(times: Int = 1) async throws {
        for _ in 0..<times { _ = try await ask(Question([.init(ref: 1), .init(ref: 2, number: TestPerson.second)])) }
    }

    /// The error with which SQL is refused in a session of a role.
    func refusal(of script: String, as role: String = "postgres") async throws -> PostgresError? {
        let connection = try await connect(as: role)
        var refusal: PostgresError?
        do throws(PostgresError) {
            try await connection.execute(script: script)
        } catch {
            refusal = error
        }
        await connection.close()
        return refusal
    }
}
