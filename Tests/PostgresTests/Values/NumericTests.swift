import Postgres
import Testing

@Suite(.fewAtOnce) struct `Exact decimal numbers` {
    @Test(arguments: [
        "0", "0.00", "1", "-1", "7.5", "7.50", "-0.1", "0.0001", "0.00010000", "10000", "9999", "99999999",
        "12345678901234567890.123456789", "-0.000000000000000000001", "100000000000000000000000000", "0.9999", "1.0000",
        "10000.0001", "-12345.6", "NaN", "Infinity", "-Infinity",
    ])
    func `are read as the server writes them`(_ text: String) async throws {
        try await withConnection { connection in
            let rows = try await connection.query("SELECT $1, $1::text", PostgresNumeric(text: text))
            let (number, serverText) = try rows.single(PostgresNumeric.self, String.self)
            #expect(number.text == serverText)
            #expect(number.text == text)
        }
    }

    @Test func `are read as the server writes them, for thousands of scales and sizes`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query(
                """
                SELECT number, number::text
                FROM generate_series(-9, 9) AS size, generate_series(0, 12) AS scale, generate_series(1, 12) AS n
                CROSS JOIN LATERAL (VALUES (round(n * 7919.31415926535 * 10::numeric ^ size * (-1)::numeric ^ n, scale)))
                    AS v (number)
                """)
            #expect(rows.count == 19 * 13 * 12)
            for (number, text) in try rows.decode(PostgresNumeric.self, String.self) { #expect(number.text == text) }
        }
    }

    @Test(
        arguments: [
            ("7.5", 2, 750), ("7.50", 2, 750), ("-0.1", 2, -10), ("0", 2, 0), ("12", 0, 12), ("1.500", 1, 15),
            ("0.05", 2, 5), ("-0.05", 2, -5),
        ] as [(String, Int, Int64)])
    func `become whole numbers of a smaller unit`(_ text: String, _ scale: Int, _ expected: Int64) {
        #expect(PostgresNumeric(text: text).scaled(by: scale) == expected)
    }

    @Test(arguments: [("7.555", 2), ("NaN", 2), ("Infinity", 2), ("", 2), ("99999999999999999999", 0)])
    func `that do not fit a smaller unit are nil`(_ text: String, _ scale: Int) {
        #expect(PostgresNumeric(text: text).scaled(by: scale) == nil)
    }
}
