import DevCluster
import Logging
import Postgres
import Testing

@Suite(.fewAtOnce) struct `A server that does not answer when it is connected to` {
    private func connect(_ text: String, _ limit: Duration = .milliseconds(400)) async throws -> Connection {
        try await Connection.connect(
            try ConnectionString(text), options: ConnectionOptions(connectTimeout: limit), logger: Logger(label: "test")
        )
    }

    @Test(arguments: [
        (FaultProxy.Mode.blackHole, "disable"), (.blackHole, "require"), (.silent, "disable"), (.silent, "require"),
    ])
    func `costs one deadline, and the error says where it stopped`(_ mode: FaultProxy.Mode, _ tls: String) async throws
    {
        let proxy = try FaultProxy(to: try await TestCluster.shared.cluster())
        await proxy.set(mode)
        let time = try await duration {
            let error = try await failure {
                _ = try await connect("host=127.0.0.1 port=\(proxy.port) user=postgres sslmode=\(tls)")
            }
            #expect(error.code == .timedOut)
            let expected: PostgresError.Phase = mode == .silent ? .connect : (tls == "require" ? .tls : .authenticate)
            #expect(error.phase == expected)
        }
        #expect(time >= .milliseconds(400) && time < .seconds(15))
        // Nobody accepted: the silence was one without even a handshake.
        if mode == .silent { #expect(proxy.acceptedCount == 0) }
    }

    @Test(arguments: ["host=a.invalid,b.invalid hostaddr=127.0.0.1,127.0.0.1", "host=127.0.0.1,127.0.0.1"])
    func `costs one deadline for each of its addresses`(_ hosts: String) async throws {
        let proxy = try FaultProxy(to: .port(1))
        await proxy.set(.blackHole)
        let time = try await duration {
            try await expectFailure(.timedOut) {
                _ = try await connect("\(hosts) port=\(proxy.port) user=u sslmode=disable")
            }
        }
        #expect(proxy.acceptedCount == 2)
        #expect(time >= .milliseconds(800) && time < .seconds(15))
    }

    @Test func `does not keep the next address from being tried`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        let proxy = try FaultProxy(to: .port(1))
        await proxy.set(.silent)
        let time = try await duration {
            let connection = try await connect(
                "host=127.0.0.1,127.0.0.1 port=\(proxy.port),\(cluster.port) dbname=postgres user=postgres", .seconds(4)
            )
            await connection.close()
        }
        // A busy server needs part of the second address's time.
        #expect(time >= .milliseconds(3_800) && time < .seconds(8), "\(time)")
    }

    @Test func `has the deadline of its connection string, where that has one`() async throws {
        let proxy = try FaultProxy(to: .port(1))
        await proxy.set(.blackHole)
        let time = try await duration {
            try await expectFailure(.timedOut) {
                _ = try await connect(
                    "host=127.0.0.1 port=\(proxy.port) user=u sslmode=disable connect_timeout=1", .seconds(60))
            }
        }
        #expect(time >= .seconds(1) && time < .seconds(15))
    }

    @Test func `costs fifty who connect at once no more than one`() async throws {
        let proxy = try FaultProxy(to: .port(1))
        await proxy.set(.blackHole)
        let text = "host=127.0.0.1 port=\(proxy.port) user=u sslmode=disable"
        let time = await duration {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask { try? await expectFailure(.timedOut) { _ = try await connect(text) } }
                }
            }
        }
        #expect(proxy.acceptedCount == 50)
        #expect(time < .seconds(15))
    }

    @Test func `but slowly, is waited for`() async throws {
        let proxy = try FaultProxy(to: try await TestCluster.shared.cluster())
        await proxy.set(.delay(.milliseconds(60)))
        let connection = try await connect(
            "host=127.0.0.1 port=\(proxy.port) dbname=postgres user=postgres sslmode=require", .seconds(10))
        #expect(try await connection.query("SELECT 1").single(Int.self) == 1)
        await connection.close()
    }
}
