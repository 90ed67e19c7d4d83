import Postgres
import Testing

@Suite(.fewAtOnce) struct `Statements` {
    @Test func `a prepared statement is parsed once and used again`() async throws {
        try await withConnection { connection in
            let statement = Statement(prepared: "sum", "SELECT $1 + $2 AS sum")
            for number in 0..<5 {
                let sum = try await connection.query(statement, number, 10).single(Int.self)
                #expect(sum == number + 10)
            }
            let rows = try await connection.query(
                "SELECT generic_plans + custom_plans, statement FROM pg_prepared_statements WHERE name = 'sum'")
            #expect(try rows.single(Int.self, String.self) == (5, "SELECT $1 + $2 AS sum"))
        }
    }

    @Test func `a prepared statement that could not be parsed can be tried again`() async throws {
        try await withConnection { connection in
            let statement = Statement(prepared: "later", "SELECT count(*) FROM later")
            try await expectFailure(.server, "42P01") { _ = try await connection.query(statement) }
            try await connection.execute(script: "CREATE TEMPORARY TABLE later (x int)")
            #expect(try await connection.query(statement).single(Int.self) == 0)
        }
    }

    @Test func `a statement tells how many rows it touched`() async throws {
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE touched (x int)")
            let insert = try await connection.query("INSERT INTO touched SELECT * FROM generate_series(1, 7)")
            #expect(insert.affected == 7)
            #expect(try await connection.query("DELETE FROM touched WHERE x > 4").affected == 3)
        }
    }

    @Test func `a script of several statements runs in order`() async throws {
        try await withConnection { connection in
            try await connection.execute(
                script: """
                    CREATE TEMPORARY TABLE steps (x text);
                    INSERT INTO steps VALUES ('a;b'), ($$c;d$$); -- a comment; with a semicolon
                    UPDATE steps SET x = upper(x);
                    """)
            let steps = try await connection.query("SELECT array_agg(x ORDER BY x) FROM steps").single([String].self)
            #expect(steps == ["A;B", "C;D"])
        }
    }

    @Test func `a script that fails has done nothing`() async throws {
        try await withConnection { connection in
            let error = try await failure {
                try await connection.execute(script: "CREATE TEMPORARY TABLE undone (x int); SELECT 1/0; SELECT 1")
            }
            #expect(error.sqlState == "22012")
            let exists = try await connection.query("SELECT to_regclass('pg_temp.undone') IS NOT NULL")
            #expect(try exists.single(Bool.self) == false)
        }
    }

    @Test func `what is to be done once in a session is done once, but again after a failure`() async throws {
        try await withConnection { connection in
            let missing = try await failure {
                try await connection.once("setup", script: "SELECT * FROM once_target")
            }
            #expect(missing.sqlState == "42P01")
            try await connection.execute(script: "CREATE TEMPORARY TABLE once_target (x int)")
            for _ in 0..<3 { try await connection.once("setup", script: "INSERT INTO once_target VALUES (1)") }
            #expect(try await connection.query("SELECT count(*) FROM once_target").single(Int.self) == 1)
        }
    }

    @Test func `a parameter's type is the one that Swift knows, not what the server guesses`() async throws {
        try await withConnection { connection in
            let types = try await connection.query(
                "SELECT pg_typeof($1)::text, pg_typeof($2)::text, pg_typeof($3)::text, pg_typeof($4)::text", "1", 1,
                Int32(1), PostgresDate(daysSince2000: 1))
            #expect(
                try types.single(String.self, String.self, String.self, String.self)
                    == ("text", "bigint", "integer", "date"))
        }
    }
}
