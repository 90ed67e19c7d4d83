import DevCluster
import Logging
import Postgres
import Testing

@Suite(.fewAtOnce) struct `The fault proxy` {
    private func connect(_ proxy: FaultProxy, within limit: Duration = .milliseconds(400)) async throws -> Connection {
        try await Connection.connect(
            try ConnectionString("host=127.0.0.1 port=\(proxy.port) user=postgres dbname=postgres sslmode=disable"),
            options: ConnectionOptions(connectTimeout: limit), logger: Logger(label: "test"))
    }

    @Test func `passes on what it is given, in both directions`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        for proxy in [
            try FaultProxy(to: .port(cluster.port)),
            try FaultProxy(to: .socket("\(cluster.folder)/.s.PGSQL.\(cluster.port)")),
        ] {
            let connection = try await connect(proxy, within: .seconds(5))
            let text = String(repeating: "frem og tilbake ", count: 100_000)
            #expect(try await connection.query("SELECT $1", text).single(String.self) == text)
            #expect(proxy.acceptedCount == 1)
            await connection.close()
        }
    }

    @Test func `goes from one mode to any other on the same port`() async throws {
        let proxy = try FaultProxy(to: try await TestCluster.shared.cluster())
        for _ in 0..<2 {
            await proxy.set(.refuse)
            try await expectFailure(.connectFailed) { _ = try await connect(proxy) }
            await proxy.set(.silent)
            try await expectFailure(.timedOut) { _ = try await connect(proxy) }
            await proxy.set(.blackHole)
            try await expectFailure(.timedOut) { _ = try await connect(proxy) }
            await proxy.set(.cut(afterBytes: 5))
            try await expectFailure(.connectFailed) { _ = try await connect(proxy, within: .seconds(5)) }
            await proxy.set(.pass)
            await (try await connect(proxy, within: .seconds(5))).close()
        }
    }

    @Test func `holds every piece back for the time that it is told`() async throws {
        let proxy = try FaultProxy(to: try await TestCluster.shared.cluster())
        let connection = try await connect(proxy, within: .seconds(5))
        await proxy.set(.delay(.milliseconds(100)))
        let time = try await duration { _ = try await connection.query("SELECT 1") }
        #expect(time >= .milliseconds(200) && time < .seconds(15))
        await connection.close()
    }

    @Test func `that is half open answers nobody and closes nothing, until it passes again`() async throws {
        let proxy = try FaultProxy(to: try await TestCluster.shared.cluster())
        let connection = try await connect(proxy, within: .seconds(5))
        await proxy.set(.halfOpen)
        let task = Task { try await connection.query("SELECT 1").single(Int.self) }
        try await Task.sleep(for: .milliseconds(200))
        await proxy.set(.pass)
        #expect(try await task.value == 1)
        await connection.close()
    }

    @Test func `frees its port with its last reference`() async throws {
        var proxy: FaultProxy? = try FaultProxy(to: .port(1))
        let port = try #require(proxy?.port)
        proxy = nil
        let string = try ConnectionString("host=127.0.0.1 port=\(port) user=u sslmode=disable")
        try await eventually {
            do throws(PostgresError) {
                _ = try await Connection.connect(string, logger: Logger(label: "test"))
                return false
            } catch { return error.message.contains("refused") }
        }
    }
}
