import DevCluster
import Logging
import Postgres
import Testing

/// The server, or the way to it, does not even take the request to cancel.
@Suite(.fewAtOnce) struct `A cancellation that nobody acknowledges` {
    /// A session through a proxy of its own.
    private func throughProxy(
        grace: Duration = .milliseconds(300), _ body: (FaultProxy, Connection) async throws -> Void
    ) async throws {
        let proxy = try FaultProxy(to: try await TestCluster.shared.cluster())
        let string = try ConnectionString(
            "host=127.0.0.1 port=\(proxy.port) user=postgres dbname=postgres sslmode=disable")
        let options = ConnectionOptions(cancelGrace: grace)
        let connection = try await Connection.connect(string, options: options, logger: Logger(label: "test"))
        try await body(proxy, connection)
        await connection.close()
    }

    @Test(arguments: [FaultProxy.Mode.blackHole, .silent, .halfOpen])
    func `is waited for no longer than its grace, and the connection is closed`(_ mode: FaultProxy.Mode) async throws {
        try await throughProxy { proxy, connection in
            await proxy.set(mode)
            let time = try await duration {
                try await expectFailure(.timedOut) {
                    _ = try await connection.query("SELECT pg_sleep(30)", timeout: .milliseconds(100))
                }
            }
            #expect(time >= .milliseconds(400) && time < .seconds(15))
            #expect(await !connection.isUsable)
            try await expectFailure(.closed) { _ = try await connection.query("SELECT 1") }
        }
    }

    @Test func `bounds a cancelled task too`() async throws {
        try await throughProxy { proxy, connection in
            await proxy.set(.blackHole)
            let task = Task { _ = try await connection.query("SELECT pg_sleep(30)") }
            try await Task.sleep(for: .milliseconds(100))
            let time = try await duration {
                task.cancel()
                try await expectFailure(.cancelled) { try await task.value }
            }
            #expect(time < .seconds(15))
            #expect(await !connection.isUsable)
        }
    }

    @Test func `closes the connection even if the statement ends by itself meanwhile`() async throws {
        try await throughProxy(grace: .seconds(6)) { proxy, connection in
            await proxy.set(.blackHole)
            // The statement's answer comes within the grace, but a cancellation under way could hit the next one.
            try await expectFailure(.timedOut) {
                _ = try await connection.query("SELECT pg_sleep(3)", timeout: .milliseconds(100))
            }
            #expect(await !connection.isUsable)
        }
    }

    @Test func `in a copy gives the connection up within the deadline`() async throws {
        try await throughProxy { proxy, connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (s text)")
            var rows = CopyData()
            for _ in 0..<40_000 {
                rows.beginRow(columns: 1)
                rows.append(String(repeating: "x", count: 1000))
            }
            let time = try await duration {
                try await expectFailure(.timedOut) {
                    _ = try await connection.withTransaction { [rows] transaction in
                        // The COPY itself is acknowledged, then 40 MB meet a slow way.
                        await proxy.set(.delay(.milliseconds(100)))
                        return try await transaction.copyIn(
                            "COPY t FROM STDIN (FORMAT binary)", rows, timeout: .milliseconds(500))
                    }
                }
            }
            #expect(time < .seconds(15))
            #expect(await !connection.isUsable)
        }
    }
}
