import DevCluster
import Foundation
import Testing

@testable import resutveksl

/// What systemd hands over in CREDENTIALS_DIRECTORY.
@Suite struct ServiceCredentialsTests {
    private static let folder = "/run/credentials/resutveksl.service"

    @Test(
        "a credential is used where nothing else was said",
        arguments: [
            ([:], ["PGPASSFILE", "PGSERVICEFILE"]),
            (["PGPASSFILE": "", "PGSERVICEFILE": ""], ["PGPASSFILE", "PGSERVICEFILE"]),
            (["PGPASSFILE": "/etc/resutveksl/pgpass"], ["PGSERVICEFILE"]),
            (["PGSERVICEFILE": "/etc/resutveksl/services"], ["PGPASSFILE"]),
            (["PGPASSFILE": "/a", "PGSERVICEFILE": "/b"], []),
        ])
    func precedence(said: [String: String], used: [String]) {
        let environment = said.merging(["CREDENTIALS_DIRECTORY": Self.folder]) { $1 }
        let credentials = ServiceCredentials(environment: environment) { _ in true }
        #expect(credentials.files.map(\.variable) == used)
        for file in credentials.files {
            #expect(file.path == Self.folder + (file.variable == "PGPASSFILE" ? "/pgpass" : "/pg_service.conf"))
        }
    }

    @Test("without credentials, or with others, nothing is set")
    func none() {
        #expect(ServiceCredentials(environment: [:]) { _ in true }.files.isEmpty)
        let relative = ["CREDENTIALS_DIRECTORY": "credentials"]
        #expect(ServiceCredentials(environment: relative) { _ in true }.files.isEmpty)
        let other = ["CREDENTIALS_DIRECTORY": Self.folder]
        #expect(ServiceCredentials(environment: other) { $0.hasSuffix("/tls-key") }.files.isEmpty)
    }

    /// libpq itself ignores a password file of mode 0440, which is what systemd's access control list makes of it.
    @Test("the program logs in with the password of its credential", arguments: [0o400, 0o440, 0o644])
    func login(mode: Int) async throws {
        let installation = try await Installation.unset()
        let database =
            "host=127.0.0.1 port=\(installation.cluster.port) user=\(CommandServer.guarded) dbname=\(installation.name)"
        for (password, status) in [(Secrets.password, Int32(0)), ("wrong", 78)] {
            let folder = try credential("pgpass", "*:*:*:*:\(password)\n", mode: mode)
            defer { try? FileManager.default.removeItem(at: folder) }
            let finished = try await Command(
                [Command.program, "source", "list"],
                environment: ["RESUTVEKSL_DATABASE": database, "CREDENTIALS_DIRECTORY": folder.path()]
            ).finished()
            #expect(finished.status == status, "\(finished.errors)")
        }
    }

    @Test("the program finds services in its credential")
    func service() async throws {
        let installation = try await Installation.unset()
        let folder = try credential(
            "pg_service.conf",
            "[own]\nhost=\(installation.cluster.folder)\nport=\(installation.cluster.port)\ndbname=\(installation.name)\n",
            mode: 0o440)
        defer { try? FileManager.default.removeItem(at: folder) }
        let words = try [Command.program, "source", "list", "--database", "service=own user=postgres"]
        let found = try await Command(words, environment: ["CREDENTIALS_DIRECTORY": folder.path()]).finished()
        #expect(found.status == 0, "\(found.errors)")
        let missing = try await Command(words).finished()
        #expect(missing.status == 78)
    }

    private func credential(_ name: String, _ text: String, mode: Int) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "credentials-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appending(path: name).path()
        try #require(
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode]))
        return folder
    }
}
