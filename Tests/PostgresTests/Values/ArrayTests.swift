import Postgres
import Testing

@Suite(.fewAtOnce) struct `Arrays go to the server and come back` {
    @Test func `texts with everything that an array literal could trip over`() async throws {
        let texts: [String?] = [
            "", "NULL", nil, "null", "a,b", "{}", "{\"x\"}", "\"", "\\", "\\\"", "'", " ", "æøå", "👩‍🎓", "line\nbreak",
            "\t",
        ]
        try await withConnection { connection in
            let rows = try await connection.query("SELECT $1, cardinality($1), array_position($1, NULL)", texts)
            let (same, count, placeOfNull) = try rows.single([String?].self, Int.self, Int.self)
            #expect(same == texts)
            #expect(count == texts.count)
            #expect(placeOfNull == 3)
        }
    }

    @Test func `every type of element`() async throws {
        let day = PostgresDate(year: 1983, month: 8, day: 19)
        try await withConnection { connection in
            let rows = try await connection.query(
                "SELECT $1, $2, $3, $4, ARRAY[7.50, NULL], $5", [1, nil, Int.min], [Int32(7), -7], [true, nil, false],
                [day, nil], [0.5, -1e-300])
            let values = try rows.single(
                [Int?].self, [Int32].self, [Bool?].self, [PostgresDate?].self, [PostgresNumeric?].self, [Double].self)
            #expect(values.0 == [1, nil, Int.min])
            #expect(values.1 == [7, -7])
            #expect(values.2 == [true, nil, false])
            #expect(values.3 == [day, nil])
            #expect(values.4 == [PostgresNumeric(text: "7.50"), nil])
            #expect(values.5 == [0.5, -1e-300])
        }
    }

    @Test func `an empty array`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("SELECT $1, cardinality($1)", [String]())
            #expect(try rows.single([String].self, Int.self) == ([], 0))
        }
    }

    @Test func `thousands of elements`() async throws {
        let texts = (0..<10_000).map { "number \($0)" }
        try await withConnection { connection in
            let rows = try await connection.query("SELECT $1, $2", texts, Array(0..<10_000))
            let (sameTexts, sameNumbers) = try rows.single([String].self, [Int].self)
            #expect(sameTexts == texts)
            #expect(sameNumbers == Array(0..<10_000))
        }
    }

    @Test func `a NULL element is an error where it is not expected`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("SELECT ARRAY[1, NULL]::int8[] AS numbers")
            let error = try await failure { _ = try rows.single([Int].self) }
            #expect(error.code == .decoding)
        }
    }

    @Test func `an array of two dimensions is an error, not a wrong answer`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("SELECT ARRAY[[1, 2], [3, 4]]::int8[] AS matrix")
            let error = try await failure { _ = try rows.single([Int].self) }
            #expect(error.code == .decoding)
        }
    }
}
