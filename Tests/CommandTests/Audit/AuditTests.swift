import DevCluster
import Foundation
import Postgres
import Testing

/// `audit verify`, `audit reconcile` and `audit checkpoint`.
@Suite struct AuditTests {
    private struct Verified: Decodable {
        let record: String
        let isIntact: Bool
        let entries: Int
        let findings: [Finding]

        struct Finding: Decodable {
            let finding: String
        }
    }

    private struct Reconciled: Decodable {
        let here: Int
        let there: Int
        let underWay: Int
        let differences: [Difference]

        struct Difference: Decodable {
            let kind: String
            let order: Int?
            let fields: String?
        }
    }

    /// Testperson1 was fetched from 203, with everything recorded on both sides.
    private func filled() async throws -> Installation {
        let installation = try await Installation.make(203)
        try await installation.order(Installation.person1)
        try await installation.must("run")
        return installation
    }

    private func there(_ installation: Installation) throws -> String {
        try installation.cluster.connectionString(database: installation.database(of: 203)).text
    }

    private func reconcile(_ installation: Installation) async throws -> (status: Int32, told: [String]) {
        let finished = try await installation.run("audit", "reconcile", "--source", "203", "--json")
        let found = try finished.json(Reconciled.self)
        return (
            finished.status,
            found.differences.map { "\($0.kind) \($0.order.map(String.init) ?? "-") \($0.fields ?? "")" }
        )
    }

    @Test("a record that is as it was recorded is intact, here and at the source, in words and in JSON")
    func intact() async throws {
        let installation = try await filled()
        let own = try await installation.run("audit", "verify")
        #expect(own.status == 0)
        #expect(own.output == "1 disclosures received, in 1 chain: intact\n")
        let source = try await installation.run("audit", "verify", "--at", there(installation), "--json")
        #expect(source.status == 0)
        let verified = try source.json(Verified.self)
        #expect(verified.record == "given" && verified.isIntact && verified.entries == 1)
    }

    @Test(
        "what was changed, removed or inserted ends verify with 1",
        arguments: [
            ("UPDATE % SET basis = 'x'", "changed"), ("DELETE FROM %", "removed"),
            ("INSERT INTO % (basis) VALUES ('x')", "inserted"),
        ])
    func tampered(tampering: String, finding: String) async throws {
        let installation = try await filled()
        let past = "SET session_replication_role = replica; "
        try await installation.own(past + tampering.replacing("%", with: "resutveksl.received_disclosures"))
        try await installation.at(203, past + tampering.replacing("%", with: "resutveksl.disclosures"))
        for at in [[], ["--at", try there(installation)]] {
            let finished = try await installation.start(["audit", "verify"] + at).finished()
            #expect(finished.status == 1)
            #expect(finished.output.contains("NOT intact") && finished.output.contains("\n\(finding) "))
            let json = try await installation.start(["audit", "verify", "--json"] + at).finished()
            #expect(try json.json(Verified.self).findings.map(\.finding) == [finding])
        }
    }

    @Test("what was told once shows that the whole record was written anew since")
    func rewritten() async throws {
        let installation = try await filled()
        let file = FileManager.default.temporaryDirectory.appending(path: "ends-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        let told = try await installation.run("audit", "verify", "--json")
        try told.output.write(to: file, atomically: true, encoding: .utf8)
        let same = try await installation.run("audit", "verify", "--known", file.path())
        #expect(same.status == 0, "\(same.output)")
        // Somebody who may do everything leaves a record that fits in itself.
        try await installation.own(
            """
            SET session_replication_role = replica;
            TRUNCATE resutveksl.received_disclosures, resutveksl.received_blocks, resutveksl.received_chains RESTART IDENTITY;
            SET session_replication_role = origin;
            INSERT INTO resutveksl.received_disclosures (source, outcome) VALUES (203, 'nothing')
            """)
        #expect(try await installation.run("audit", "verify").status == 0)
        let finished = try await installation.run("audit", "verify", "--known", file.path())
        #expect(finished.status == 1)
        #expect(finished.output.contains("rewritten"))
        let nonsense = try await installation.run("audit", "verify", "--known", "/dev/null")
        #expect(nonsense.status == 64)
    }

    @Test("answers that a requester rolled back end verify at the source with 3")
    func unrecorded() async throws {
        let installation = try await filled()
        try await installation.at(203, "SELECT nextval('resutveksl.answers_to_215')")
        let finished = try await installation.run("audit", "verify", "--at", there(installation))
        #expect(finished.status == 3)
        #expect(finished.output.contains("intact") && finished.output.contains("unrecorded"))
    }

    @Test("both sides agree on what was fetched, and fetched again")
    func agreed() async throws {
        let installation = try await filled()
        try await installation.must("order", "place", "--person", Installation.person1)
        try await installation.must("run")
        let finished = try await installation.run("audit", "reconcile", "--source", "203")
        #expect(finished.status == 0)
        #expect(finished.output.contains("2 disclosures here, 2 there") && finished.output.contains("no difference"))
        // By a number that is part of the source since a merger.
        #expect(try await installation.run("audit", "reconcile", "--source", "216").status == 0)
    }

    @Test(
        "each difference is named",
        arguments: [
            ("", "DELETE FROM resutveksl.disclosures", "missing_there 1 "),
            ("DELETE FROM resutveksl.received_disclosures", "", "missing_here 1 "),
            ("", "UPDATE resutveksl.disclosures SET rows = 2", "different 1 results"),
            ("UPDATE resutveksl.received_disclosures SET outcome = 'unchanged'", "", "different 1 outcome"),
            ("", "UPDATE resutveksl.disclosures SET purpose = 'application'", "different 1 purpose"),
            ("", "UPDATE resutveksl.disclosures SET personnr = 12510, fodselsdato = 195883", "different 1 person"),
            ("", "UPDATE resutveksl.disclosures SET ref = 99", "missing_there 1 |missing_here 99 "),
        ])
    func differences(here: String, there: String, told: String) async throws {
        let installation = try await filled()
        let past = "SET session_replication_role = replica; "
        if !here.isEmpty { try await installation.own(past + here) }
        if !there.isEmpty { try await installation.at(203, past + there) }
        let found = try await reconcile(installation)
        #expect(found.status == 1)
        #expect(found.told == told.split(separator: "|").map(String.init))
        let text = try await installation.run("audit", "reconcile", "--source", "203")
        #expect(text.status == 1 && text.output.contains(told.prefix(9)))
    }

    @Test("what is being fetched meanwhile is counted and not missed")
    func underWay() async throws {
        let installation = try await filled()
        try await installation.own(
            """
            SET session_replication_role = replica;
            DELETE FROM resutveksl.received_disclosures;
            UPDATE resutveksl.orders SET state = 'fetching', claim_token = first_token, due_at = now()
            """)
        let finished = try await installation.run("audit", "reconcile", "--source", "203", "--json")
        #expect(finished.status == 0)
        #expect(try finished.json(Reconciled.self).underWay == 1)
    }

    @Test(
        "a source that cannot be asked, or whose contract is older, is told with 3; one that is not registered with 1")
    func notAsked() async throws {
        let installation = try await filled()
        #expect(try await installation.run("audit", "reconcile", "--source", "204").status == 1)
        try await installation.at(203, "DROP FUNCTION resutveksl.disclosures_kept_v1()")
        let older = try await installation.run("audit", "reconcile", "--source", "203")
        #expect(older.status == 3 && older.errors.contains("a newer `resutveksl source install`"))
        try await installation.addDeadSource(203)
        #expect(try await installation.run("audit", "reconcile", "--source", "203").status == 3)
    }

    @Test("a checkpoint is signed off, obeys the rule of retention, and both sides still agree afterwards")
    func checkpoint() async throws {
        let installation = try await filled()
        let arguments = ["audit", "checkpoint", "--signed-off-by", "Anna Arkivar", "--until"]
        let early = try await installation.start(arguments + ["2020-01-01"]).finished()
        #expect(early.status == 1 && early.errors.contains("disclosures are kept for 3650 days"))
        try await installation.own(
            "UPDATE resutveksl.retention_rules SET keep_days = 1 WHERE what = 'received_disclosures'")
        let nothing = try await installation.start(arguments + ["2020-01-01"]).finished()
        #expect(nothing.status == 0 && nothing.output == "0 disclosures in 0 blocks cut, up to 2020-01-01\n")
        let future = try await installation.start(
            arguments + ["2199-01-01", "--at", try there(installation)]
        ).finished()
        #expect(future.status == 1 && future.errors.contains("yet to come"))
        try await installation.at(203, "SELECT resutveksl.cut_disclosures(now(), 'Anna Arkivar')")
        let source = try await installation.run("audit", "verify", "--at", there(installation))
        #expect(source.status == 0 && source.output.contains("signed off by Anna Arkivar"))
        #expect(try await reconcile(installation).told == [], "what was cut there is not missed")
    }
}
