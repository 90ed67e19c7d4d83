import DevCluster
import Logging
import Postgres
import Testing

@Suite(.fewAtOnce) struct `A statement that takes too long` {
    @Test func `is cancelled at the server, and the connection can be used after it`() async throws {
        try await withConnection { connection in
            let backend = try await connection.query("SELECT pg_backend_pid()").single(Int.self)
            let time = try await duration {
                let error = try await failure {
                    _ = try await connection.query("SELECT pg_sleep(30)", timeout: .milliseconds(200))
                }
                #expect(error.code == .timedOut)
                #expect(error.phase == .query)
            }
            #expect(time >= .milliseconds(200) && time < .seconds(15))
            #expect(await connection.isUsable)
            #expect(try await connection.query("SELECT pg_backend_pid()").single(Int.self) == backend)
        }
    }

    @Test func `has the deadline of the connection unless it has its own`() async throws {
        try await withConnection(ConnectionOptions(statementTimeout: .milliseconds(150))) { connection in
            try await expectFailure(.timedOut) { _ = try await connection.query("SELECT pg_sleep(30)") }
            try await expectFailure(.timedOut) { try await connection.execute(script: "SELECT pg_sleep(30)") }
            _ = try await connection.query("SELECT pg_sleep(0.4)", timeout: .seconds(20))
        }
    }

    @Test func `in a transaction rolls it back, and the connection can be used`() async throws {
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (x int)")
            try await expectFailure(.timedOut) {
                try await connection.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    _ = try await transaction.query("SELECT pg_sleep(30)", timeout: .milliseconds(100))
                }
            }
            #expect(await connection.isUsable)
            #expect(try await connection.query("SELECT count(*) FROM t").single(Int.self) == 0)
        }
    }

    @Test func `leaves nothing running at the server`() async throws {
        try await withConnection { connection in
            try await expectFailure(.timedOut) {
                _ = try await connection.query("SELECT pg_sleep(30), 'left behind'", timeout: .milliseconds(100))
            }
            let running = try await connection.query(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE query LIKE '%left behind%' AND state = 'active' AND pid <> pg_backend_pid()
                """)
            #expect(try running.single(Int.self) == 0)
        }
    }

    @Test func `never has its cancellation hit the next one`() async throws {
        try await withConnection { connection in
            for number in 0..<60 {
                // Ends about when its deadline passes: sometimes in time, sometimes not.
                do throws(PostgresError) {
                    _ = try await connection.query(
                        "SELECT pg_sleep(0.02)", timeout: .microseconds(20_000 + number * 40))
                } catch { #expect(error.code == .timedOut) }
                let next = try await connection.query("SELECT pg_sleep(0.003)::text, $1", number)
                #expect(try next.single(String.self, Int.self).1 == number)
            }
        }
    }

    @Test func `is told apart from one that the server's own limit ended`() async throws {
        try await withConnection { connection in
            try await connection.execute(script: "SET statement_timeout = '100ms'")
            try await expectFailure(.server, "57014") { _ = try await connection.query("SELECT pg_sleep(30)") }
            #expect(try await connection.query("SELECT 1").single(Int.self) == 1)
        }
    }

    @Test func `waiting for a lock is cancelled as well`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        try await cluster.run("CREATE TABLE locked_for_long (x int)")
        try await withConnection { holder in
            try await holder.withTransaction { transaction in
                _ = try await transaction.query("LOCK TABLE locked_for_long")
                try await withConnection { waiter in
                    try await expectFailure(.timedOut) {
                        _ = try await waiter.query("SELECT * FROM locked_for_long", timeout: .milliseconds(100))
                    }
                    #expect(await waiter.isUsable)
                }
            }
        }
    }
}
