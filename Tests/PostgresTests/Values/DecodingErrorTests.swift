import Postgres
import Testing

@Suite(.fewAtOnce) struct `A value of the wrong type` {
    @Test func `is an error that names the column and never the value`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("SELECT 'hemmelig' AS karakternavn")
            let error = try await failure { _ = try rows.single(Int.self) }
            #expect(error.code == .decoding)
            #expect(error.description.contains("karakternavn"))
            #expect(error.description.contains("Int"))
            #expect(!error.description.contains("hemmelig"))
        }
    }

    @Test func `NULL where a value is expected says so`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("SELECT NULL::text AS emnekode")
            let error = try await failure { _ = try rows.single(String.self) }
            #expect(error.description.contains("emnekode"))
            #expect(error.description.contains("NULL"))
        }
    }

    @Test func `wrong types are never converted in silence`() async throws {
        try await withConnection { connection in
            let rows = try await connection.query(
                "SELECT 1::int8 AS big, 1.0 AS exact, '1' AS text, now()::timestamp AS t")
            #expect(throws: PostgresError.self) { try rows.value(0, 0, as: Int32.self) }
            #expect(throws: PostgresError.self) { try rows.value(0, 1, as: Double.self) }
            #expect(throws: PostgresError.self) { try rows.value(0, 2, as: Int.self) }
            #expect(throws: PostgresError.self) { try rows.value(0, 3, as: PostgresTimestamp.self) }
        }
    }

    @Test func `one row expected and another number found is an error`() async throws {
        try await withConnection { connection in
            let none = try await connection.query("SELECT 1 WHERE false")
            let tooFew = try await failure { _ = try none.single(Int.self) }
            #expect(tooFew.message == "expected one row, got 0")
            let two = try await connection.query("VALUES (1), (2)")
            let tooMany = try await failure { _ = try two.single(Int.self) }
            #expect(tooMany.message == "expected one row, got 2")
        }
    }

    @Test(arguments: ["a\0b", "\0", "end\0"])
    func `a NUL character is refused before anything is sent`(_ text: String) async throws {
        try await withConnection { connection in
            let error = try await failure { _ = try await connection.query("SELECT $1", text) }
            #expect(error.code == .decoding)
            #expect(error.message.contains("$1"))
            let inArray = try await failure { _ = try await connection.query("SELECT $1, $2", 1, ["x", text]) }
            #expect(inArray.message.contains("$2"))
            #expect(try await connection.query("SELECT 1").single(Int.self) == 1)
        }
    }
}
