import DevCluster
import Postgres
import Testing

@Suite(.fewAtOnce) struct `A transaction` {
    struct Refusal: Error {}

    @Test func `is committed when its body returns`() async throws {
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (x int)")
            let value = try await connection.withTransaction { transaction in
                _ = try await transaction.query("INSERT INTO t VALUES ($1)", Int32(1))
                return "done"
            }
            #expect(value == "done")
            #expect(try await connection.query("SELECT count(*) FROM t").single(Int.self) == 1)
        }
    }

    @Test func `is rolled back when its body throws, and the body's error comes out`() async throws {
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (x int)")
            await #expect(throws: Refusal.self) {
                try await connection.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    throw Refusal()
                }
            }
            #expect(await connection.isUsable)
            #expect(try await connection.query("SELECT count(*) FROM t").single(Int.self) == 0)
        }
    }

    @Test func `is rolled back when the server refuses a statement`() async throws {
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (x int CHECK (x > 0))")
            let error = try await failure {
                try await connection.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    _ = try await transaction.query("INSERT INTO t VALUES (-1)")
                }
            }
            #expect(error.sqlState == "23514")
            #expect(try await connection.query("SELECT count(*) FROM t").single(Int.self) == 0)
        }
    }

    @Test func `with a swallowed error is an error at its end, not a commit of nothing`() async throws {
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (x int)")
            let error = try await failure {
                try await connection.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    _ = try? await transaction.query("SELECT 1/0")
                }
            }
            #expect(error.code == .server)
            #expect(error.sqlState == "25P02")
            #expect(await connection.isUsable)
            #expect(try await connection.query("SELECT count(*) FROM t").single(Int.self) == 0)
        }
    }

    @Test func `whose constraints are checked at the end fails at the end`() async throws {
        try await withConnection { connection in
            try await connection.execute(
                script: "CREATE TEMPORARY TABLE t (x int CONSTRAINT once UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            let error = try await failure {
                try await connection.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1), (1)")
                }
            }
            #expect(error.sqlState == "23505")
            #expect(error.constraint == "once")
        }
    }

    @Test func `sees one moment, and another session sees nothing of it before its end`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        try await cluster.run("CREATE TABLE seen_at_the_end (x int)")
        try await withConnection { writer in
            try await withConnection { reader in
                try await writer.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO seen_at_the_end VALUES (1)")
                    #expect(try await reader.query("SELECT count(*) FROM seen_at_the_end").single(Int.self) == 0)
                }
                #expect(try await reader.query("SELECT count(*) FROM seen_at_the_end").single(Int.self) == 1)
            }
        }
    }

    @Test func `can be followed by others on the same connection`() async throws {
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (x int)")
            for number in 0..<10 {
                try? await connection.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES ($1)", Int32(number))
                    if number % 2 == 0 { throw Refusal() }
                }
            }
            #expect(try await connection.query("SELECT count(*) FROM t").single(Int.self) == 5)
        }
    }

    @Test func `that was lost with its connection tells so`() async throws {
        try await withConnection { connection in
            let error = try await failure {
                try await connection.withTransaction { transaction in
                    let backend = try await transaction.query("SELECT pg_backend_pid()").single(Int.self)
                    try await TestCluster.shared.cluster().run("SELECT pg_terminate_backend(\(backend))")
                    _ = try await transaction.query("SELECT 1")
                }
            }
            #expect(error.sqlState == "57P01" || error.code == .connectionLost)
            #expect(await !connection.isUsable)
        }
    }
}
