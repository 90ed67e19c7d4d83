import Postgres
import Testing

@Suite(.fewAtOnce) struct `Copying rows in` {
    @Test func `carries every kind of column`() async throws {
        try await withConnection { connection in
            try await connection.execute(
                script: "CREATE TEMPORARY TABLE t (a text, b int4, c int8, d date, e numeric(10, 2), f varchar(20))")
            var rows = CopyData()
            rows.beginRow(columns: 6)
            rows.append("æøå\t\n\\N \"'👩‍🎓")
            rows.append(Int32.min)
            rows.append(Int64.max)
            rows.append(PostgresDate(year: 1961, month: 3, day: 1))
            rows.append(decimal: -750, scale: 2)
            rows.append("")
            rows.beginRow(columns: 6)
            rows.append(String?.none)
            rows.append(Int32?.none)
            rows.append(Int64?.none)
            rows.append(PostgresDate?.none)
            rows.append(decimal: nil, scale: 2)
            rows.appendNull()
            #expect(rows.rowCount == 2)
            let count = try await connection.withTransaction { [rows] transaction in
                try await transaction.copyIn("COPY t FROM STDIN (FORMAT binary)", rows)
            }
            #expect(count == 2)
            let found = try await connection.query("SELECT * FROM t ORDER BY a NULLS LAST").decode(
                String?.self, Int32?.self, Int64?.self, PostgresDate?.self, PostgresNumeric?.self, String?.self)
            #expect(found[0].0 == "æøå\t\n\\N \"'👩‍🎓")
            #expect(found[0].1 == Int32.min && found[0].2 == Int64.max)
            #expect(found[0].3?.description == "1961-03-01")
            #expect(found[0].4?.text == "-7.50" && found[0].5?.isEmpty == true)
            #expect(found[1].0 == nil && found[1].1 == nil && found[1].2 == nil)
            #expect(found[1].3 == nil && found[1].4 == nil && found[1].5 == nil)
        }
    }

    @Test func `takes many megabytes`() async throws {
        let count = 60_000
        var rows = CopyData(reservingBytes: count * 250)
        for number in 0..<count {
            rows.beginRow(columns: 2)
            rows.append(Int64(number))
            rows.append(String(repeating: "abcdefghij", count: 20 + number % 5))
        }
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (n int8, s text)")
            let taken = try await connection.withTransaction { [rows] transaction in
                try await transaction.copyIn("COPY t FROM STDIN (FORMAT binary)", rows)
            }
            #expect(taken == count)
            let (sum, length) = try await connection.query(
                "SELECT sum(n)::int8, sum(length(s))::int8 FROM t"
            ).single(Int.self, Int.self)
            #expect(sum == count * (count - 1) / 2)
            #expect(length == (0..<count).reduce(0) { $0 + 200 + $1 % 5 * 10 })
        }
    }

    @Test func `of no rows is not an error`() async throws {
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (n int8)")
            let taken = try await connection.withTransaction { transaction in
                try await transaction.copyIn("COPY t FROM STDIN (FORMAT binary)", CopyData())
            }
            #expect(taken == 0)
        }
    }

    /// Large, so that the server's complaint comes while most is still to be sent.
    @Test(arguments: [1, 40_000])
    func `with the wrong number of columns is the server's error, and the connection stays`(_ count: Int) async throws {
        var rows = CopyData()
        for number in 0..<count {
            rows.beginRow(columns: 3)
            rows.append(Int64(number))
            rows.append(String(repeating: "x", count: 100))
            rows.append("one too many")
        }
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (n int8, s text)")
            let error = try await failure {
                try await connection.withTransaction { [rows] transaction in
                    _ = try await transaction.copyIn("COPY t FROM STDIN (FORMAT binary)", rows)
                }
            }
            #expect(error.code == .server)
            #expect(error.phase == .copy)
            #expect(error.sqlState == "22P04")
            #expect(await connection.isUsable)
            #expect(try await connection.query("SELECT count(*) FROM t").single(Int.self) == 0)
        }
    }

    @Test func `into a column of another type is an error, not other data`() async throws {
        var rows = CopyData()
        rows.beginRow(columns: 1)
        rows.append(Int32(1))
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (n int8)")
            let error = try await failure {
                try await connection.withTransaction { [rows] transaction in
                    _ = try await transaction.copyIn("COPY t FROM STDIN (FORMAT binary)", rows)
                }
            }
            #expect(error.isServer("22") || error.isServer("08P01"))
        }
    }

    @Test func `that breaks a constraint does not show the row`() async throws {
        var rows = CopyData()
        rows.beginRow(columns: 1)
        rows.append("Solveig")
        try await withConnection { connection in
            try await connection.execute(
                script: "CREATE TEMPORARY TABLE t (name text CONSTRAINT short CHECK (length(name) < 3))")
            let error = try await failure {
                try await connection.withTransaction { [rows] transaction in
                    _ = try await transaction.copyIn("COPY t FROM STDIN (FORMAT binary)", rows)
                }
            }
            #expect(error.constraint == "short")
            #expect(!String(reflecting: error).contains("Solveig"))
        }
    }

    @Test func `of a text with a NUL is refused by the server, and the connection stays`() async throws {
        var rows = CopyData()
        rows.beginRow(columns: 1)
        rows.append("a\0b")
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (name text)")
            let error = try await failure {
                try await connection.withTransaction { [rows] transaction in
                    _ = try await transaction.copyIn("COPY t FROM STDIN (FORMAT binary)", rows)
                }
            }
            #expect(error.sqlState == "22021")
            #expect(await connection.isUsable)
        }
    }

    @Test func `to a table that is not there is an error at once`() async throws {
        try await withConnection { connection in
            let error = try await failure {
                try await connection.withTransaction { transaction in
                    _ = try await transaction.copyIn("COPY nowhere FROM STDIN (FORMAT binary)", CopyData())
                }
            }
            #expect(error.sqlState == "42P01")
            #expect(await connection.isUsable)
        }
    }
}
