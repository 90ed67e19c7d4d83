import Postgres
import Testing

@Suite(.fewAtOnce) struct `A connection does one thing at a time` {
    @Test func `a second task is refused and disturbs nothing`() async throws {
        try await withConnection { holder in
            _ = try await holder.query("SELECT pg_advisory_lock(15307)::text")
            try await withConnection { connection in
                let first = Task {
                    try await connection.query("SELECT pg_advisory_lock(15307)::text, 'first'")
                        .single(String.self, String.self).1
                }
                while await connection.isUsable { try await Task.sleep(for: .milliseconds(10)) }
                let refused = try await failure { _ = try await connection.query("SELECT 'second'") }
                #expect(refused.code == .inUse)
                let script = try await failure { try await connection.execute(script: "SELECT 'third'") }
                #expect(script.code == .inUse)
                let transaction = try await failure { try await connection.withTransaction { _ in } }
                #expect(transaction.code == .inUse)
                #expect(await !connection.isUsable)
                _ = try await holder.query("SELECT pg_advisory_unlock(15307)")
                #expect(try await first.value == "first")
                #expect(try await connection.query("SELECT 'after'").single(String.self) == "after")
            }
        }
    }

    @Test func `of many tasks at once one is served, the others are refused`() async throws {
        try await withConnection { connection in
            let outcomes = await withTaskGroup(of: PostgresError.Code?.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        do throws(PostgresError) {
                            let rows = try await connection.query("SELECT $1, pg_sleep(1)", number)
                            return try rows.value(0, 0, as: Int.self) == number ? nil : .decoding
                        } catch { return error.code }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == nil } == 1)
            #expect(outcomes.count { $0 == .inUse } == 49)
            #expect(await connection.isUsable)
        }
    }

    @Test func `a query beside the open transaction is refused`() async throws {
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (x int)")
            try await connection.withTransaction { transaction in
                _ = try await transaction.query("INSERT INTO t VALUES (1)")
                let beside = try await failure { _ = try await connection.query("INSERT INTO t VALUES (2)") }
                #expect(beside.code == .inUse)
                let nested = try await failure { try await connection.withTransaction { _ in } }
                #expect(nested.code == .inUse)
                let listening = try await failure { _ = try await connection.nextNotification(until: .now) }
                #expect(listening.code == .inUse)
                _ = try await transaction.query("INSERT INTO t VALUES (3)")
            }
            let kept = try await connection.query("SELECT array_agg(x ORDER BY x) FROM t").single([Int].self)
            #expect(kept == [1, 3])
        }
    }

    @Test func `a transaction that has ended can no longer be used`() async throws {
        try await withConnection { connection in
            let ended = try await connection.withTransaction { $0 }
            try await expectFailure(.inUse) { _ = try await ended.query("SELECT 1") }
            try await connection.withTransaction { _ in
                try await expectFailure(.inUse) { _ = try await ended.query("SELECT 1") }
            }
        }
    }

    @Test func `a closed connection says so`() async throws {
        try await withConnection { connection in
            await connection.close()
            await connection.close()
            #expect(await !connection.isUsable)
            try await expectFailure(.closed) { _ = try await connection.query("SELECT 1") }
            try await expectFailure(.closed) { try await connection.withTransaction { _ in } }
            try await expectFailure(.closed) { try await connection.listen(to: "x") }
        }
    }

    @Test func `closing it ends the statement that waits on it`() async throws {
        try await withConnection { connection in
            let waiting = Task { try await failure { _ = try await connection.query("SELECT pg_sleep(20)") } }
            try await Task.sleep(for: .milliseconds(100))
            let time = try await duration {
                await connection.close()
                let error = try await waiting.value
                #expect(error.code == .connectionLost || error.code == .closed)
            }
            #expect(time < .seconds(15))
        }
    }
}
