import Postgres
import Testing

@Suite(.fewAtOnce) struct `Values go to the server and come back` {
    @Test(arguments: [
        "", "a", "æøå ÆØÅ", "Ánte Hætta", "👩‍🎓 🇳🇴", "it's", "\"quoted\"", "back\\slash \\n \\\\", "line\nbreak\ttab\r",
        "{a,b}", "NULL", "null", "$1", "%s", " leading and trailing ", "e\u{301}", "\u{1}", "\u{FFFD}",
    ])
    func `text of any kind`(_ text: String) async throws {
        try await withConnection { connection in
            let rows = try await connection.query("SELECT $1, length($1), $1::varchar", text)
            let (same, length, asVarchar) = try rows.single(String.self, Int.self, String.self)
            #expect(Array(same.utf8) == Array(text.utf8))
            #expect(length == text.unicodeScalars.count)
            #expect(asVarchar == text)
        }
    }

    @Test func `a long text`() async throws {
        let text = String(repeating: "øl på bar. ", count: 200_000)
        try await withConnection { connection in
            let rows = try await connection.query("SELECT $1, md5($1) = md5(repeat('øl på bar. ', 200000))", text)
            let (same, isSame) = try rows.single(String.self, Bool.self)
            #expect(same == text)
            #expect(isSame)
        }
    }

    @Test(arguments: [0, 1, -1, 42, Int.max, Int.min])
    func `whole numbers`(_ number: Int) async throws {
        try await withConnection { connection in
            let rows = try await connection.query(
                "SELECT $1, $2, $3, $1::text", number, Int64(number), Int32(truncatingIfNeeded: number))
            let (int, int64, int32, text) = try rows.single(Int.self, Int64.self, Int32.self, String.self)
            #expect(int == number)
            #expect(int64 == Int64(number))
            #expect(int32 == Int32(truncatingIfNeeded: number))
            #expect(text == String(number))
        }
    }

    @Test func `smaller numbers are read into larger types`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("SELECT 7::int2, 7::int2, 8::int4, 9::oid, (-32768)::int2")
            let values = try rows.single(Int32.self, Int.self, Int.self, Int64.self, Int.self)
            #expect(values == (7, 7, 8, 9, -32768))
        }
    }

    @Test(arguments: [0, -0.0, 1.5, -2.25, 1e300, 2.5e-308, .infinity, -.infinity, 0.1])
    func `floating-point numbers`(_ number: Double) async throws {
        try await withConnection { connection in
            let rows = try await connection.query("SELECT $1, 0.5::float4", number)
            let (same, half) = try rows.single(Double.self, Double.self)
            #expect(same.bitPattern == number.bitPattern)
            #expect(half == 0.5)
        }
    }

    @Test func `truth values`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("SELECT $1, $2, NOT $1", true, false)
            #expect(try rows.single(Bool.self, Bool.self, Bool.self) == (true, false, false))
        }
    }

    @Test func `a length of time`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query(
                "SELECT extract(epoch FROM $1)::text, ($1 * 2)::text", Duration.milliseconds(90_500))
            #expect(try rows.single(String.self, String.self) == ("90.500000", "00:03:01"))
        }
    }

    @Test func `NULL of every type`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query(
                "SELECT $1, $2, $3, $4, $5, $6", String?.none, Int?.none, Bool?.none, PostgresDate?.none,
                PostgresNumeric?.none, [String]?.none)
            let nothing = try rows.single(
                String?.self, Int?.self, Bool?.self, PostgresDate?.self, PostgresNumeric?.self, [String]?.self)
            #expect(nothing.0 == nil && nothing.1 == nil && nothing.2 == nil)
            #expect(nothing.3 == nil && nothing.4 == nil && nothing.5 == nil)
        }
    }

    @Test func `an optional that holds a value`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("SELECT $1, $2", Int?.some(3), String?.some(""))
            let (number, text) = try rows.single(Int?.self, String?.self)
            #expect(number == 3 && text?.isEmpty == true)
        }
    }

    @Test func `many rows in order`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("SELECT n, 'row ' || n FROM generate_series(1, 20000) AS n")
            #expect(rows.count == 20_000)
            #expect(rows.columnCount == 2)
            let decoded = try rows.decode(Int.self, String.self)
            #expect(decoded.count == 20_000)
            #expect(decoded.enumerated().allSatisfy { $1.0 == $0 + 1 && $1.1 == "row \($0 + 1)" })
        }
    }

    @Test func `no rows`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("SELECT 1 WHERE false")
            #expect(rows.isEmpty)
            #expect(try rows.decode(Int.self).isEmpty)
        }
    }
}
