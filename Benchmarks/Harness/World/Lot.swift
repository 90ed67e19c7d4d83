import DevCluster
import Exchange
import Postgres

/// The persons of the pool who are known to us, in the order in which they were drawn.
struct Lot: Sendable {
    private let numbers: [String]

    /// Draws the same ones at every run, from all over the pool: neighbours in it are at the same sources.
    init(_ pool: PersonPool, count: Int) {
        var numbers = pool.persons.map(\.number.digits)
        var state: UInt64 = 0x2545_F491_4F6C_DD1D
        for place in 0..<min(count, numbers.count) {
            // Marsaglia 2003: xorshift64.
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            numbers.swapAt(place, place + Int(state % UInt64(numbers.count - place)))
        }
        self.numbers = Array(numbers.prefix(count))
    }

    /// Registers those who were drawn in these places, with consent.
    ///
    /// A person's identity is the place, counted from 1, as long as nobody else was registered.
    func register(_ places: Range<Int>, in connection: Connection) async throws {
        var rows = CopyData(reservingBytes: places.count * 24)
        for place in places {
            rows.beginRow(columns: 2)
            rows.append(Int32(place))
            rows.append(numbers[place])
        }
        try await connection.execute(script: "CREATE TEMPORARY TABLE lot (place integer, person_number text)")
        try await connection.withTransaction { transaction in
            _ = try await transaction.copyIn("COPY lot (place, person_number) FROM STDIN (FORMAT binary)", rows)
            try await transaction.execute(
                script: """
                    INSERT INTO resutveksl.persons (person_number) SELECT person_number FROM lot ORDER BY place;
                    INSERT INTO resutveksl.acceptances (person_id, answer, answered_on, channel)
                    SELECT person_id, 'J', DATE '2022-08-20', 'Studentweb'
                    FROM lot JOIN resutveksl.persons USING (person_number) ORDER BY place;
                    """, timeout: .seconds(900))
        }
        try await connection.execute(script: "DROP TABLE lot")
    }

    func number(_ place: Int) -> String { numbers[place] }
}
