import DevCluster
import Logging
import Postgres
import Testing

@Suite(.fewAtOnce) struct `A connection that is lost` {
    /// A session through a proxy of its own.
    private func throughProxy(_ body: (FaultProxy, Connection) async throws -> Void) async throws {
        let proxy = try FaultProxy(to: try await TestCluster.shared.cluster())
        let string = try ConnectionString(
            "host=127.0.0.1 port=\(proxy.port) user=postgres dbname=postgres sslmode=disable")
        let connection = try await Connection.connect(string, logger: Logger(label: "test"))
        try await body(proxy, connection)
        await connection.close()
    }

    /// The first row is about 100 bytes: in its description, in its middle, after some, and after many rows.
    @Test(arguments: [0, 1, 10, 60, 150, 5_000, 200_000])
    func `in the middle of an answer gives an error and no rows`(_ bytes: Int) async throws {
        try await throughProxy { proxy, connection in
            await proxy.set(.cut(afterBytes: bytes))
            let error = try await failure {
                _ = try await connection.query("SELECT n, repeat('x', 80) FROM generate_series(1, 100000) AS n")
            }
            #expect(error.code == .connectionLost)
            #expect(error.host == "127.0.0.1")
            #expect(await !connection.isUsable)
            try await expectFailure(.closed) { _ = try await connection.query("SELECT 1") }
        }
    }

    @Test func `while it waits is noticed at once`() async throws {
        try await throughProxy { proxy, connection in
            let task = Task { _ = try await connection.query("SELECT pg_sleep(30)") }
            try await Task.sleep(for: .milliseconds(100))
            let time = try await duration {
                await proxy.set(.refuse)
                try await expectFailure(.connectionLost) { try await task.value }
            }
            #expect(time < .seconds(15))
        }
    }

    @Test func `while it is idle is noticed before the next use`() async throws {
        try await throughProxy { proxy, connection in
            #expect(await connection.isUsable)
            await proxy.set(.refuse)
            try await eventually { await !connection.isUsable }
        }
    }

    @Test func `in the middle of a copy gives an error`() async throws {
        try await throughProxy { proxy, connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (s text)")
            var rows = CopyData()
            for _ in 0..<50_000 {
                rows.beginRow(columns: 1)
                rows.append(String(repeating: "x", count: 1000))
            }
            let error = try await failure {
                _ = try await connection.withTransaction { [rows] transaction in
                    await proxy.set(.delay(.milliseconds(50)))
                    async let _ = cutSoon(proxy)
                    return try await transaction.copyIn("COPY t FROM STDIN (FORMAT binary)", rows)
                }
            }
            #expect(error.code == .connectionLost)
            #expect(error.phase == .copy)
            #expect(await !connection.isUsable)
        }
    }

    private func cutSoon(_ proxy: FaultProxy) async {
        try? await Task.sleep(for: .milliseconds(200))
        await proxy.set(.refuse)
    }

    @Test func `because an operator ended the session has the operator's SQLSTATE`() async throws {
        try await withConnection { connection in
            let backend = try await connection.query("SELECT pg_backend_pid()").single(Int.self)
            let task = Task { _ = try await connection.query("SELECT pg_sleep(20)") }
            try await Task.sleep(for: .milliseconds(100))
            try await TestCluster.shared.cluster().run("SELECT pg_terminate_backend(\(backend))")
            let error = try await failure { try await task.value }
            #expect(error.code == .server)
            #expect(error.sqlState == "57P01")
            #expect(error.severity == "FATAL")
            #expect(await !connection.isUsable)
            try await expectFailure(.closed) { _ = try await connection.query("SELECT 1") }
        }
    }

    @Test func `because an operator ended the idle session is noticed before the next use`() async throws {
        try await withConnection { connection in
            let backend = try await connection.query("SELECT pg_backend_pid()").single(Int.self)
            try await TestCluster.shared.cluster().run("SELECT pg_terminate_backend(\(backend))")
            try await Task.sleep(for: .milliseconds(200))
            #expect(await !connection.isUsable)
        }
    }

    @Test(arguments: [PrivateCluster.StopMode.fast, .immediate])
    func `because the server stopped tells so, and a new one is had when it is back`(
        _ mode: PrivateCluster.StopMode
    ) async throws {
        try await PrivateCluster.with { cluster in
            let connection = try await cluster.connect()
            let task = Task { _ = try await connection.query("SELECT pg_sleep(20)") }
            try await Task.sleep(for: .milliseconds(100))
            try await cluster.stop(mode)
            let error = try await failure { try await task.value }
            #expect(error.isServer("57P0") || error.code == .connectionLost)
            try await expectFailure(.connectFailed) { _ = try await cluster.connect() }
            try await cluster.startAgain()
            let again = try await cluster.connect()
            #expect(try await again.query("SELECT 1").single(Int.self) == 1)
            await again.close()
        }
    }
}
