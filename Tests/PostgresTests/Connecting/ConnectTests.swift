import DevCluster
import Glibc
import Logging
import Postgres
import Testing

@Suite(.fewAtOnce) struct `Connecting` {
    private func connect(_ text: String, within limit: Duration = .seconds(20)) async throws -> Connection {
        try await Connection.connect(
            try ConnectionString(text), options: ConnectionOptions(connectTimeout: limit), logger: Logger(label: "test")
        )
    }

    /// A port on 127.0.0.1 where nobody listens, and nobody will while the proxy is kept.
    private func refusingProxy() async throws -> FaultProxy {
        let proxy = try FaultProxy(to: .port(1))
        await proxy.set(.refuse)
        return proxy
    }

    @Test func `to a port where nobody listens is refused at once`() async throws {
        let proxy = try await refusingProxy()
        let time = try await duration {
            let error = try await failure { _ = try await connect("host=127.0.0.1 port=\(proxy.port) dbname=x user=u") }
            #expect(error.code == .connectFailed)
            #expect(error.phase == .connect)
            #expect(error.host == "127.0.0.1")
            #expect(error.database == "x")
            #expect(error.message.contains("Connection refused"))
        }
        #expect(time < .seconds(4))
    }

    @Test func `to a socket that is not there fails at once`() async throws {
        let error = try await failure { _ = try await connect("host=/tmp/no-such-folder user=u") }
        #expect(error.code == .connectFailed)
        #expect(error.message.contains("No such file or directory"))
    }

    @Test func `to a host without an address says which host`() async throws {
        let error = try await failure { _ = try await connect("host=fs.example.invalid dbname=x user=u") }
        #expect(error.code == .hostUnknown || error.code == .timedOut)
        #expect(error.phase == .resolve)
        #expect(error.host == "fs.example.invalid")
        #expect(error.message.contains("fs.example.invalid"))
    }

    @Test func `goes on to the next host when one is unknown or refuses`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        let proxy = try await refusingProxy()
        let connection = try await connect(
            """
            host=fs.example.invalid,127.0.0.1,localhost port=5432,\(proxy.port),\(cluster.port) \
            dbname=postgres user=postgres
            """)
        #expect(try await connection.query("SELECT 1").single(Int.self) == 1)
        await connection.close()
    }

    @Test func `tells the last host's error when none accepts`() async throws {
        let proxy = try await refusingProxy()
        let error = try await failure {
            _ = try await connect("host=fs.example.invalid,127.0.0.1 port=5432,\(proxy.port) user=u")
        }
        #expect(error.code == .connectFailed)
        #expect(error.host == "127.0.0.1")
    }

    @Test func `to an address given beside the name asks no name service`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        let connection = try await connect(
            """
            host=fs.example.invalid hostaddr=127.0.0.1 port=\(cluster.port) dbname=postgres user=postgres
            """)
        #expect(connection.host == "fs.example.invalid")
        await connection.close()
    }

    @Test func `to a database that is missing is the server's refusal, with its SQLSTATE`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        let error = try await failure { _ = try await cluster.connect(database: "nowhere") }
        #expect(error.code == .server)
        #expect(error.phase == .authenticate)
        #expect(error.sqlState == "3D000")
        #expect(error.severity == "FATAL")
        #expect(error.message == "database \"nowhere\" does not exist")
    }

    @Test func `as a role that is missing is refused`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        try await expectFailure(.server, "28000") { _ = try await cluster.connect(user: "nobody_here") }
    }

    @Test(arguments: [("FATALT", "28P01"), ("FATAL", "3D000"), ("致命错误", "53300"), ("VERITABLE", "28000")])
    func `is refused with an SQLSTATE in whatever language the server speaks`(
        _ severity: String, _ sqlState: String
    ) async throws {
        let answer = ScriptedServer.refusal(severity: severity, sqlState: sqlState, message: "autentisering: feilet")
        let server = try ScriptedServer(answer: answer)
        let error = try await failure {
            _ = try await connect("host=127.0.0.1 port=\(server.port) user=u sslmode=disable")
        }
        #expect(error.code == .server)
        #expect(error.sqlState == sqlState)
        #expect(error.severity == "FATAL")
        #expect(error.message == "autentisering: feilet")
    }

    @Test func `ends with the first server that refuses the login, and asks no other`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        let server = try ScriptedServer(
            answer: ScriptedServer.refusal(severity: "FATAL", sqlState: "28P01", message: "no"))
        try await expectFailure(.server, "28P01") {
            _ = try await connect(
                "host=127.0.0.1,127.0.0.1 port=\(server.port),\(cluster.port) user=postgres sslmode=disable")
        }
    }

    @Test func `goes on when a server is starting up`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        let server = try ScriptedServer(
            answer: ScriptedServer.refusal(severity: "FATAL", sqlState: "57P03", message: "starting up"))
        let connection = try await connect(
            "host=127.0.0.1,127.0.0.1 port=\(server.port),\(cluster.port) dbname=postgres user=postgres sslmode=disable"
        )
        await connection.close()
    }

    @Test func `to something that is no PostgreSQL server fails`() async throws {
        let server = try ScriptedServer(answer: Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        let error = try await failure {
            _ = try await connect("host=127.0.0.1 port=\(server.port) user=u sslmode=disable")
        }
        #expect(error.code == .connectFailed)
    }

    @Test func `to a server that is full says so`() async throws {
        var options = ClusterOptions()
        options.maxConnections = 4
        options.settings = ["superuser_reserved_connections": "1"]
        try await PrivateCluster.with(options) { cluster in
            try await cluster.run("CREATE ROLE guest LOGIN")
            var guests: [Connection] = []
            try await expectFailure(.server, "53300") {
                for _ in 0..<5 { guests.append(try await cluster.connect(user: "guest")) }
            }
            #expect(guests.count == 3)
            for guest in guests { await guest.close() }
        }
    }

    @Test func `shows the application's name to the server, unless the string has another`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        let text = "host=\(cluster.folder) port=\(cluster.port) dbname=postgres user=postgres"
        for (settings, expected) in [("", "lane"), (" application_name=other", "other")] {
            let connection = try await Connection.connect(
                try ConnectionString(text + settings), options: ConnectionOptions(applicationName: "lane"),
                logger: Logger(label: "test"))
            let name = try await connection.query("SELECT current_setting('application_name')").single(String.self)
            #expect(name == expected)
            await connection.close()
        }
    }

    @Test func `makes a session that speaks UTF-8 whatever the string says`() async throws {
        let connection = try await PostgresTests.connect(tcp: "client_encoding=LATIN1")
        let encoding = try await connection.query("SELECT current_setting('client_encoding'), 'æøå👩‍🎓'")
        #expect(try encoding.single(String.self, String.self) == ("UTF8", "æøå👩‍🎓"))
        await connection.close()
    }
}
