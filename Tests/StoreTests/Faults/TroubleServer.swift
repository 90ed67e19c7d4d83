import DevCluster
import Glibc
import Postgres

/// A server with passwords and certificates, for what can go wrong before a database is reached; shared like `TestServer`.
actor TroubleServer {
    static let shared = TroubleServer()

    private var starting: Task<PrivateCluster, any Error>?

    func cluster() async throws -> PrivateCluster {
        let task =
            starting
            ?? Task {
                var options = ClusterOptions()
                options.certificateNames = ["localhost"]
                options.accessRules = [
                    "host all anna 127.0.0.1/32 scram-sha-256", "hostssl all kari 127.0.0.1/32 trust",
                    "host all kari 127.0.0.1/32 reject", "host all nobody_knows 127.0.0.1/32 reject",
                ]
                let cluster = try await PrivateCluster.start(options)
                try await cluster.run("CREATE ROLE anna LOGIN PASSWORD 'fjord'; CREATE ROLE kari LOGIN")
                return cluster
            }
        starting = task
        return try await task.value
    }

    /// A connection string to it by TCP; `CA` and `OTHER` stand for the authority that signed, and one that did not.
    func string(_ settings: String) async throws -> ConnectionString {
        let cluster = try await cluster()
        return try ConnectionString(
            "port=\(cluster.port) dbname=postgres \(settings)"
                .replacing("OTHER", with: "\(cluster.folder)/tls/other-ca.crt")
                .replacing("CA", with: "\(cluster.folder)/tls/ca.crt"))
    }
}

/// A password file that goes with its last reference.
final class PasswordFile: Sendable {
    let path: String

    init(_ password: String) throws {
        var template = Array("/tmp/resutveksl-test-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let bytes = Array("*:*:*:*:\(password)\n".utf8)
        let count = write(file, bytes, bytes.count)
        close(file)
        guard count == bytes.count else { throw NotWritten() }
    }

    deinit { unlink(path) }

    struct NotWritten: Error {}
}
