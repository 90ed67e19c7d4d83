import DevCluster
import Logging
import Postgres
import Testing

@Suite(.fewAtOnce) struct `A pool of connections` {
    private func makePool(limit: Int) async throws -> ConnectionPool {
        let cluster = try await TestCluster.shared.cluster()
        return ConnectionPool(try cluster.connectionString(), limit: limit, logger: Logger(label: "test"))
    }

    @Test func `never lends more than its limit, and serves everybody`() async throws {
        let pool = try await makePool(limit: 3)
        let current = Shared((now: 0, most: 0))
        let backends = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<30 {
                group.addTask {
                    try await pool.withConnection { connection in
                        current.change { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                        let rows = try await connection.query("SELECT pg_backend_pid(), pg_sleep(0.01)::text")
                        current.change { $0.now -= 1 }
                        return try rows.single(Int.self, String.self).0
                    }
                }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(current.value.most == 3)
        #expect(backends.count == 3)
        await pool.closeIdle()
    }

    @Test func `serves in the order of asking`() async throws {
        let pool = try await makePool(limit: 1)
        let asked = Shared(0)
        let order = Shared<[Int]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<10 {
                group.addTask {
                    asked.change { $0 += 1 }
                    try await pool.withConnection { connection in
                        order.change { $0.append(number) }
                        // The first keeps the others waiting until all have asked.
                        try await eventually { asked.value == 10 }
                        _ = try await connection.query("SELECT 1")
                    }
                }
                try await eventually { asked.value == number + 1 }
                try await Task.sleep(for: .milliseconds(30))
            }
            try await group.waitForAll()
        }
        #expect(order.value == Array(0..<10))
        await pool.closeIdle()
    }

    @Test func `replaces an idle connection that died`() async throws {
        let pool = try await makePool(limit: 1)
        let first = try await pool.withConnection { try await $0.query("SELECT pg_backend_pid()").single(Int.self) }
        try await TestCluster.shared.cluster().run("SELECT pg_terminate_backend(\(first))")
        try await Task.sleep(for: .milliseconds(200))
        let second = try await pool.withConnection { try await $0.query("SELECT pg_backend_pid()").single(Int.self) }
        #expect(second != first)
        await pool.closeIdle()
    }

    @Test func `takes back what a failed body used, and throws away what died in its hands`() async throws {
        let pool = try await makePool(limit: 1)
        try await expectFailure(.server, "22012") {
            try await pool.withConnection { _ = try await $0.query("SELECT 1/0") }
        }
        try await expectFailure(.connectionLost) {
            try await pool.withConnection { connection in
                await connection.close()
                throw PostgresError(.connectionLost, phase: .query, message: "gone")
            }
        }
        #expect(try await pool.withTransaction { try await $0.query("SELECT 1").single(Int.self) } == 1)
        await pool.closeIdle()
    }

    @Test func `does not lose a place when connecting fails`() async throws {
        let proxy = try FaultProxy(to: try await TestCluster.shared.cluster())
        let string = try ConnectionString(
            "host=127.0.0.1 port=\(proxy.port) user=postgres dbname=postgres sslmode=disable")
        let pool = ConnectionPool(string, limit: 1, logger: Logger(label: "test"))
        await proxy.set(.refuse)
        for _ in 0..<3 { try await expectFailure(.connectFailed) { try await pool.withConnection { _ in } } }
        await proxy.set(.pass)
        #expect(try await pool.withConnection { try await $0.query("SELECT 1").single(Int.self) } == 1)
        await pool.closeIdle()
    }
}
