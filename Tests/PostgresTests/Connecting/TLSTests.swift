import DevCluster
import Logging
import Postgres
import Testing

@Suite(.fewAtOnce) struct `TLS` {
    private func connect(_ settings: String) async throws -> Connection {
        let cluster = try await TestCluster.shared.cluster()
        let text = "port=\(cluster.port) dbname=postgres user=kari \(settings)"
            .replacing("CA", with: "\(cluster.folder)/tls/ca.crt")
            .replacing("OTHER", with: "\(cluster.folder)/tls/other-ca.crt")
        return try await Connection.connect(try ConnectionString(text), logger: Logger(label: "test"))
    }

    private func isEncrypted(_ connection: Connection) async throws -> Bool {
        try await connection.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").single(Bool.self)
    }

    @Test func `with the right authority and the right name is accepted`() async throws {
        let connection = try await connect("host=localhost sslmode=verify-full sslrootcert=CA")
        #expect(try await isEncrypted(connection))
        // More than one record, both ways.
        let text = String(repeating: "kryptert ", count: 30_000)
        #expect(try await connection.query("SELECT $1", text).single(String.self) == text)
        await connection.close()
    }

    @Test func `goes by the name also when the address is given beside it`() async throws {
        let connection = try await connect("host=localhost hostaddr=127.0.0.1 sslmode=verify-full sslrootcert=CA")
        #expect(try await isEncrypted(connection))
        await connection.close()
    }

    @Test func `with an authority that did not sign the certificate is refused`() async throws {
        let error = try await failure {
            _ = try await connect("host=localhost sslmode=verify-full sslrootcert=OTHER")
        }
        #expect(error.code == .connectFailed)
        #expect(error.phase == .tls)
        #expect(error.message.contains("certificate verify failed"))
    }

    @Test(arguments: ["host=127.0.0.1", "host=fs.example.invalid hostaddr=127.0.0.1"])
    func `with a name that is not in the certificate is refused`(_ host: String) async throws {
        let error = try await failure { _ = try await connect("\(host) sslmode=verify-full sslrootcert=CA") }
        #expect(error.code == .connectFailed)
        #expect(error.phase == .tls)
        #expect(error.message.contains("localhost"))
    }

    @Test func `demanded by the server and not offered is the server's refusal`() async throws {
        try await expectFailure(.server, "28000") { _ = try await connect("host=localhost sslmode=disable") }
    }

    @Test func `demanded of a server that has none fails`() async throws {
        try await PrivateCluster.with(ClusterOptions(listensOnTCP: true)) { cluster in
            let text = "host=127.0.0.1 port=\(cluster.port) dbname=postgres user=postgres sslmode=require"
            let error = try await failure {
                _ = try await Connection.connect(try ConnectionString(text), logger: Logger(label: "test"))
            }
            #expect(error.code == .connectFailed)
            #expect(error.phase == .tls)
        }
    }

    @Test func `carries copies, deadlines and notifications like a plain connection`() async throws {
        let connection = try await connect("host=localhost sslmode=verify-full sslrootcert=CA")
        try await connection.execute(script: "CREATE TEMPORARY TABLE t (s text)")
        var rows = CopyData()
        for _ in 0..<20_000 {
            rows.beginRow(columns: 1)
            rows.append(String(repeating: "x", count: 100))
        }
        let count = try await connection.withTransaction { [rows] transaction in
            try await transaction.copyIn("COPY t FROM STDIN (FORMAT binary)", rows)
        }
        #expect(count == 20_000)
        #expect(try await connection.query("SELECT s FROM t").count == 20_000)
        try await expectFailure(.timedOut) {
            _ = try await connection.query("SELECT pg_sleep(20)", timeout: .milliseconds(100))
        }
        try await connection.listen(to: "encrypted")
        _ = try await connection.query("SELECT pg_notify('encrypted', 'x')")
        #expect(try await connection.nextNotification(until: .now + .seconds(5))?.payload == "x")
        await connection.close()
    }
}
