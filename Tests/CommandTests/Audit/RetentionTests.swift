import Foundation
import Testing

/// `purge`, `person export` and `person forget`.
@Suite struct RetentionTests {
    private struct Forgotten: Decodable {
        let table: String
        let deleted: Int
        let kept: Int
        let reason: String?
    }

    private func filled() async throws -> Installation {
        let installation = try await Installation.make(203, 204)
        for person in [Installation.person1, Installation.person2] { try await installation.order(person) }
        try await installation.must("run")
        return installation
    }

    @Test("purge tells what would go and on what that rests, and removes it only with --yes")
    func purge() async throws {
        let installation = try await filled()
        try await installation.own(
            """
            SET session_replication_role = replica;
            UPDATE resutveksl.orders SET ordered_at = '2001-01-01', completed_at = '2001-01-01';
            UPDATE resutveksl.retention_rules SET reason = 'archive plan 4.2' WHERE what = 'orders'
            """)
        let told = try await installation.run("purge")
        #expect(told.status == 0)
        #expect(told.output.contains("would be removed"))
        #expect(told.output.contains(/orders +1825 days .* 2 +archive plan 4\.2/))
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.orders") == "2")
        let done = try await installation.run("purge", "--yes")
        #expect(done.status == 0 && done.output.contains(/orders +1825 days .* 2 +archive plan 4\.2/))
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.orders") == "0")
        #expect(try await installation.run("audit", "verify").status == 0)
    }

    @Test("export writes a new file that only its owner reads, and no number is printed")
    func export() async throws {
        let installation = try await filled()
        let file = FileManager.default.temporaryDirectory.appending(path: "held-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        let finished = try await installation.run(
            "person", "export", "--to", file.path(), input: Installation.person1)
        #expect(finished.status == 0)
        #expect(finished.output == "what is held on person \(Installation.masked1) stands in \(file.path())\n")
        let mode = try FileManager.default.attributesOfItem(atPath: file.path())[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.contains(Installation.person1) && text.contains("RES-100"))
        #expect(!text.contains(Installation.person2))
        let again = try await installation.run("person", "export", "--to", file.path(), input: Installation.person1)
        #expect(again.status == 1 && again.errors.contains("File exists"))
    }

    @Test("forgetting is asked for, tells what stays and why, and leaves the record whole")
    func forget() async throws {
        let installation = try await filled()
        let unasked = try await installation.run("person", "forget", input: Installation.person1)
        #expect(unasked.status == 64 && unasked.errors.contains("say --yes, or --dry-run"))
        let dry = try await installation.run("person", "forget", "--dry-run", input: Installation.person1)
        #expect(dry.status == 0 && dry.output.contains("would be deleted"))
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.persons") == "2")
        let finished = try await installation.run("person", "forget", "--yes", "--json", input: Installation.person1)
        #expect(finished.status == 0)
        let kept = try finished.json([Forgotten].self).filter { $0.kept > 0 }
        #expect(kept.map(\.table) == ["received_disclosures", "transfer_log"])
        #expect(kept.first?.reason?.contains("GDPR 5(2)") == true)
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.persons") == "1")
        #expect(try await installation.run("audit", "verify").status == 0)
        #expect(try await installation.run("audit", "reconcile", "--source", "203").status == 0)
        let unknown = try await installation.run("person", "forget", "--yes", input: Installation.person1)
        #expect(unknown.status == 1 && unknown.errors.contains("no person with this number is known here"))
    }
}
