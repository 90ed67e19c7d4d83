import DevCluster
import Foundation
import Postgres
import Testing

/// A backup of the own database, and of a source's, and what goes on from it.
@Suite struct BackupTests {
    /// Dumps a database and restores it as another one.
    private func copy(_ installation: Installation, _ name: String, as restored: String) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(restored).dump")
        defer { try? FileManager.default.removeItem(at: file) }
        let dump = try await Command(
            [
                "pg_dump", "--format=custom", "--file=\(file.path())",
                "--dbname=\(try installation.cluster.connectionString(database: name).text)",
            ]
        ).finished()
        try #require(dump.status == 0, "\(dump.errors)")
        try await installation.cluster.createDatabase(restored, template: "template0")
        let restore = try await Command(
            [
                "pg_restore", "--exit-on-error",
                "--dbname=\(try installation.cluster.connectionString(database: restored).text)",
                file.path(),
            ]
        ).finished()
        try #require(restore.status == 0, "\(restore.errors)")
    }

    @Test("a restored database verifies, agrees with its source, and a run goes on where it was")
    func restored() async throws {
        let installation = try await Installation.make(203, 204)
        try await installation.order(Installation.person1)
        try await installation.must("run")
        try await installation.order(Installation.person2)
        let restored = "\(installation.name)_restored"
        try await copy(installation, installation.name, as: restored)
        let database = ["--database", try installation.cluster.connectionString(database: restored).text]

        let verified = try await installation.start(["audit", "verify"] + database).finished()
        #expect(verified.status == 0 && verified.output.contains("1 disclosures received"), "\(verified.output)")
        let after = try await installation.value(
            "SELECT concat_ws(' ', next_token > 1000000, next_order > 1000000) FROM resutveksl.after_restore()",
            in: restored)
        #expect(after == "t t")
        let run = try await installation.start(["run"] + database).finished()
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            try await installation.value("SELECT string_agg(DISTINCT state, '') FROM resutveksl.orders", in: restored)
                == "completed")
        #expect(
            try await installation.value("SELECT max(token) > 1000000 FROM resutveksl.claims", in: restored) == "true")
        #expect(
            try await installation.value("SELECT count(*) FROM resutveksl.received_disclosures", in: restored) == "2")
        #expect(try await installation.start(["audit", "verify"] + database).finished().status == 0)
        for source in ["203", "204"] {
            let reconciled = try await installation.start(["audit", "reconcile", "--source", source] + database)
                .finished()
            #expect(reconciled.status == 0, "\(reconciled.output)")
        }
        let refused = try await installation.cluster.connect(database: restored)
        await #expect(throws: PostgresError.self) {
            _ = try await refused.query("DELETE FROM resutveksl.received_disclosures")
        }
        await refused.close()
    }

    @Test("a source's restored database verifies, and counts its answers on")
    func source() async throws {
        let installation = try await Installation.make(203)
        try await installation.order(Installation.person1)
        try await installation.must("run")
        let restored = "\(installation.name)_source"
        try await copy(installation, installation.database(of: 203), as: restored)
        let connection = try installation.cluster.connectionString(database: restored)
        let verified = try await installation.run("audit", "verify", "--at", connection.text)
        #expect(verified.status == 0 && verified.output.contains("1 disclosures given"), "\(verified.output)")
        try await installation.must(
            "source", "add", "203",
            installation.cluster.connectionString(database: restored, user: CommandServer.requester).text)
        try await installation.must("order", "place", "--person", Installation.person1)
        try await installation.must("run")
        #expect(
            try await installation.value("SELECT max(serial) FROM resutveksl.disclosure_blocks", in: restored) == "2")
        #expect(try await installation.run("audit", "verify", "--at", connection.text).status == 0)
    }
}
