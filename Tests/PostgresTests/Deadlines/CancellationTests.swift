import DevCluster
import Logging
import Postgres
import Testing

@Suite(.fewAtOnce) struct `A task that is cancelled` {
    @Test func `stops its statement at the server, and the connection can be used after it`() async throws {
        try await withConnection { connection in
            let backend = try await connection.query("SELECT pg_backend_pid()").single(Int.self)
            let task = Task { try await connection.query("SELECT pg_sleep(30)") }
            try await Task.sleep(for: .milliseconds(100))
            let time = try await duration {
                task.cancel()
                try await expectFailure(.cancelled) { _ = try await task.value }
            }
            #expect(time < .seconds(15))
            #expect(await connection.isUsable)
            #expect(try await connection.query("SELECT pg_backend_pid()").single(Int.self) == backend)
        }
    }

    @Test func `before it began gets no answer, and the connection can be used after it`() async throws {
        try await withConnection { connection in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                _ = try await connection.query("SELECT pg_sleep(30)")
            }
            try await expectFailure(.cancelled) { try await task.value }
            #expect(try await connection.query("SELECT 1").single(Int.self) == 1)
        }
    }

    @Test func `in a transaction leaves nothing of it`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        try await cluster.run("CREATE TABLE never_kept (x int)")
        try await withConnection { connection in
            let task = Task {
                try await connection.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO never_kept VALUES (1)")
                    _ = try await transaction.query("SELECT pg_sleep(30)")
                }
            }
            try await Task.sleep(for: .milliseconds(150))
            task.cancel()
            try await expectFailure(.cancelled) { try await task.value }
        }
        try await withConnection { connection in
            #expect(try await connection.query("SELECT count(*) FROM never_kept").single(Int.self) == 0)
            // ACCESS EXCLUSIVE is had only when no transaction holds the table any more.
            _ = try await connection.query("TRUNCATE never_kept", timeout: .seconds(5))
        }
    }

    @Test func `while it connects stops connecting`() async throws {
        let proxy = try FaultProxy(to: .port(1))
        await proxy.set(.blackHole)
        let string = try ConnectionString("host=127.0.0.1 port=\(proxy.port) user=postgres sslmode=disable")
        let task = Task { _ = try await Connection.connect(string, logger: Logger(label: "test")) }
        try await eventually { proxy.acceptedCount == 1 }
        let time = try await duration {
            task.cancel()
            try await expectFailure(.cancelled) { try await task.value }
        }
        #expect(time < .seconds(15))
    }

    @Test func `one of many takes none of the others with it`() async throws {
        try await withConnection { cancelled in
            try await withConnection { other in
                let first = Task { _ = try await cancelled.query("SELECT pg_sleep(30)") }
                let second = Task { try await other.query("SELECT pg_sleep(0.5)::text, 'whole'").count }
                try await Task.sleep(for: .milliseconds(100))
                first.cancel()
                try await expectFailure(.cancelled) { try await first.value }
                #expect(try await second.value == 1)
            }
        }
    }
}
