import Postgres

/// A question of the contract about some persons, asked directly.
struct GatewayQuestion {
    let persons: [String]
    /// The fingerprints that the requester says it holds, for each person.
    var fingerprints: [String?] = []

    /// The rows of the answer as text, in the order in which they came.
    ///
    /// Every third person has consented, every eleventh refused, as far as the requester knows.
    func asked(over connection: Connection) async throws(PostgresError) -> [String] {
        try await connection.query(
            Statement("SELECT a::text FROM (\(Self.arrays)) AS q, \(Self.call) AS a"), persons, known
        ).decode(String.self)
    }

    /// Who was told what: person number, verdict, fingerprint.
    func verdicts(over connection: Connection) async throws(PostgresError) -> [(String, String, String?)] {
        try await connection.query(
            Statement(
                """
                SELECT a.person_number, a.verdict, a.fingerprint FROM (\(Self.arrays)) AS q, \(Self.call) AS a
                WHERE a.record = 'person'
                """), persons, known
        ).decode(String.self, String.self, String?.self).map { ($0, $1, $2) }
    }

    /// For its duration: only the number of rows comes back.
    func count(over connection: Connection) async throws(PostgresError) -> Int {
        try await connection.query(
            Statement("SELECT count(*) FROM (\(Self.arrays)) AS q, \(Self.call) AS a"), persons, known
        ).single(Int.self)
    }

    private var known: [String?] {
        fingerprints.isEmpty ? [String?](repeating: nil, count: persons.count) : fingerprints
    }

    private static let arrays = """
        SELECT array_agg(p.place) AS refs, array_agg(p.number) AS numbers,
            array_agg(CASE WHEN p.place % 11 = 0 THEN 'N' WHEN p.place % 3 = 0 THEN 'J' END) AS consents,
            array_agg(NULL::date) AS dates, array_agg(p.fingerprint) AS fingerprints,
            array_agg('approval_case'::text) AS purposes
        FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS p (number, fingerprint, place)
        """
    private static let call =
        "resutveksl.ask_v1(q.refs, q.numbers, q.consents, q.dates, q.fingerprints, q.purposes, 'test')"
}
