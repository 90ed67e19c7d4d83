import Postgres
import Testing

@Suite(.fewAtOnce) struct `Dates and moments` {
    @Test(arguments: [
        "2000-01-01", "1999-12-31", "2026-11-24", "1961-03-01", "1900-02-28", "1900-03-01", "2000-02-29", "2024-02-29",
        "1583-01-01", "0001-01-01", "0004-02-29", "9999-12-31",
    ])
    func `a day is the same on both sides`(_ text: String) async throws {
        try await withConnection { connection in
            let day = try await connection.query("SELECT $1::date", text).single(PostgresDate.self)
            #expect(day.description == text)
            let components = day.components
            #expect(PostgresDate(year: components.year, month: components.month, day: components.day) == day)
            let back = try await connection.query("SELECT to_char($1, 'YYYY-MM-DD')", day).single(String.self)
            #expect(back == text)
        }
    }

    @Test func `every day of four centuries has the server's name`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query(
                """
                SELECT d::date, to_char(d, 'YYYY-MM-DD')
                FROM generate_series(timestamp '1800-01-01', timestamp '2200-01-01', interval '1 day') AS d
                """)
            #expect(rows.count == 146_098)
            let isEqual = try rows.decode(PostgresDate.self, String.self).allSatisfy { $0.description == $1 }
            #expect(isEqual)
        }
    }

    @Test(arguments: [
        "2026-11-24T12:03:00.000001Z", "1999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.000000Z",
        "2000-01-01T00:00:00.000000Z", "1814-05-17T10:00:00.500000Z",
    ])
    func `a moment is the same on both sides, in any time zone`(_ text: String) async throws {
        try await withConnection { connection in
            try await connection.execute(script: "SET timezone = 'Europe/Oslo'; SET datestyle = 'German, DMY'")
            let moment = try await connection.query("SELECT $1::timestamptz", text).single(PostgresTimestamp.self)
            #expect(moment.description == text)
            let (isSame, seconds) = try await connection.query(
                "SELECT $1 = $2::timestamptz, (extract(epoch FROM $1) * 1000000)::int8", moment, text
            ).single(Bool.self, Int64.self)
            #expect(isSame)
            #expect(moment.microsecondsSince1970 == seconds)
        }
    }

    @Test func `a day keeps its meaning under another date style`() async throws {
        try await withConnection { connection in
            try await connection.execute(script: "SET datestyle = 'SQL, DMY'")
            let day = PostgresDate(year: 2026, month: 3, day: 4)
            let month = try await connection.query("SELECT extract(month FROM $1)::int4", day).single(Int.self)
            #expect(month == 3)
        }
    }
}
