import Postgres
import Testing

@Suite(.fewAtOnce) struct `An error from the server` {
    @Test func `has SQLSTATE and severity, and the connection can be used after it`() async throws {
        try await withConnection { connection in
            let error = try await failure { _ = try await connection.query("SELECT 1/0") }
            #expect(error.code == .server)
            #expect(error.phase == .query)
            #expect(error.sqlState == "22012")
            #expect(error.severity == "ERROR")
            #expect(error.message == "division by zero")
            #expect(error.database == "postgres")
            #expect(error.isServer("22") && error.isServer("22012") && !error.isServer("23"))
            #expect(await connection.isUsable)
            #expect(try await connection.query("SELECT 1").single(Int.self) == 1)
        }
    }

    @Test func `names the constraint and never shows the DETAIL, which quotes the row`() async throws {
        try await withConnection { connection in
            try await connection.execute(
                script: """
                    CREATE TEMPORARY TABLE persons (name text CONSTRAINT one_each UNIQUE, born date NOT NULL);
                    INSERT INTO persons VALUES ('Solveig', '1983-08-19');
                    """)
            let twice = try await failure {
                _ = try await connection.query("INSERT INTO persons VALUES ($1, '1983-08-19')", "Solveig")
            }
            #expect(twice.sqlState == "23505")
            #expect(twice.constraint == "one_each")
            let incomplete = try await failure {
                _ = try await connection.query("INSERT INTO persons VALUES ($1, NULL)", "Gunnhild")
            }
            #expect(incomplete.sqlState == "23502")
            for error in [twice, incomplete] {
                #expect(!"\(error)".contains("Solveig") && !"\(error)".contains("Gunnhild"))
                #expect(!String(reflecting: error).contains("Solveig"))
                #expect(!String(reflecting: error).contains("Gunnhild"))
            }
        }
    }

    @Test func `shows the HINT, where our own functions say what to do`() async throws {
        try await withConnection { connection in
            let error = try await failure {
                try await connection.execute(
                    script: "DO $$BEGIN RAISE 'leased' USING HINT = 'Wait', ERRCODE = 'RV001'; END$$")
            }
            #expect(error.message == "leased. Wait")
            #expect(error.sqlState == "RV001")
        }
    }

    @Test func `is told once when several statements follow it`() async throws {
        try await withConnection { connection in
            for _ in 0..<20 {
                let error = try await failure {
                    try await connection.execute(script: "SELECT 1; SELECT nothing; SELECT 2")
                }
                #expect(error.sqlState == "42703")
            }
            #expect(try await connection.query("SELECT 3").single(Int.self) == 3)
        }
    }

    @Test func `after some rows were sent gives the error and no rows`() async throws {
        try await withConnection { connection in
            let error = try await failure {
                _ = try await connection.query(
                    "SELECT 100000 / (50000 - n), repeat('x', 100) FROM generate_series(1, 60000) AS n")
            }
            #expect(error.sqlState == "22012")
            #expect(try await connection.query("SELECT 1").single(Int.self) == 1)
        }
    }
}
