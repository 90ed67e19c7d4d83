import DevCluster
import Foundation
import Postgres
import Testing

/// `roles install`, `roles check`, and what the program does as a member of each role.
@Suite struct RolesTests {
    private struct Report: Decodable {
        struct Grant: Decodable {
            let role: String
            let object: String
            let privilege: String
            let columns: [String]
        }

        struct Fault: Decodable {
            let role: String?
            let fault: String
        }

        let grants: [Grant]
        let faults: [Fault]
    }

    private func login(_ role: String, of group: String, at installation: Installation) async throws -> String {
        let name = "\(installation.name)_login_\(role)"
        try await installation.cluster.run("CREATE ROLE \(name) LOGIN IN ROLE \(group)")
        return try installation.cluster.connectionString(database: installation.name, user: name).text
    }

    @Test("an owner who may make no roles is told what an administrator must run, and grants when that was done")
    func plainOwner() async throws {
        let installation = try await Installation.empty()
        let (owner, prefix) = ("\(installation.name)_owner", installation.name)
        try await installation.cluster.run(
            "CREATE ROLE \(owner) LOGIN; ALTER DATABASE \(installation.name) OWNER TO \(owner)")
        let database = try installation.cluster.connectionString(database: installation.name, user: owner).text
        try await installation.must("migrate", "--database", database)

        let refused = try await installation.run("roles", "install", "--prefix", prefix, "--database", database)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("do not exist in the cluster, and \(owner) may not make them"))
        let statements = refused.errors.matches(of: /CREATE ROLE [a-z0-9_]+ NOLOGIN;/).map { String($0.output) }
        #expect(statements.count == 5)
        #expect(
            try await installation.value("SELECT count(*) FROM resutveksl.roles WHERE name IS NOT NULL") == "0")

        try await installation.cluster.run(statements.joined())
        let installed = try await installation.run("roles", "install", "--prefix", prefix, "--database", database)
        #expect(installed.status == 0)
        #expect(installed.output == "rights granted\n")
        let check = try await installation.run("roles", "check", "--database", database)
        #expect(check.status == 0)
        #expect(check.output.hasSuffix("all roles are as they should be\n"))
        #expect(check.output.contains(/monitor +SELECT +resutveksl\.order_figures/))
        #expect(
            try await installation.run("roles", "install", "--database", database).output == "rights granted\n")
        let renamed = try await installation.run("roles", "install", "--prefix", "other", "--database", database)
        #expect(renamed.status == 1)
        #expect(renamed.errors.contains("have other names already"))
    }

    @Test("ops/sql/roles.sql makes what the owner then grants")
    func script() async throws {
        let installation = try await Installation.unset()
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../ops/sql/roles.sql")
        let database = try installation.cluster.connectionString(database: installation.name).text
        for _ in 1...2 {
            let psql = try await Command(
                [
                    "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "prefix=\(installation.name)", "-f", file.path(),
                    database,
                ]
            ).finished()
            #expect(psql.status == 0, "\(psql.errors)")
        }
        let installed = try await installation.must("roles", "install", "--prefix", installation.name)
        #expect(installed.output == "rights granted\n")
    }

    @Test(
        "check names a right that was given or taken by hand and a role that may too much, and install mends the rights"
    )
    func check() async throws {
        let installation = try await Installation.unset()
        let none = try await installation.run("roles", "check")
        #expect(none.status == 1)
        #expect(none.output == "the roles are not installed in this database: resutveksl roles install\n")
        let prefix = installation.name
        let made = try await installation.run("roles", "install", "--prefix", prefix, "--json")
        #expect(made.status == 0)
        #expect(try made.json([String].self).count == 5)
        try await installation.own(
            """
            GRANT SELECT ON resutveksl.persons TO \(prefix)_monitor;
            GRANT UPDATE (who) ON resutveksl.transfer_log TO \(prefix)_worker;
            REVOKE EXECUTE ON FUNCTION resutveksl.requeue FROM \(prefix)_operator;
            GRANT EXECUTE ON FUNCTION resutveksl.merge_persons TO PUBLIC;
            GRANT pg_read_all_data TO \(prefix)_monitor
            """)
        let check = try await installation.run("roles", "check", "--json")
        #expect(check.status == 1)
        let report = try check.json(Report.self)
        #expect(
            Set(report.faults.map { "\($0.role ?? ""): \($0.fault)" }) == [
                "monitor: has been granted SELECT on resutveksl.persons",
                "worker: has been granted UPDATE on resutveksl.transfer_log (who)",
                "operator: lacks EXECUTE on resutveksl.requeue(bigint)",
                "PUBLIC: has been granted EXECUTE on resutveksl.merge_persons(bigint,bigint)",
                "monitor: role \(prefix)_monitor is a member of pg_read_all_data, and so may what that may",
            ])
        #expect(
            report.grants.contains {
                $0.role == "operator" && $0.object == "resutveksl.orders"
                    && $0.columns == ["due_at", "hold_reason", "state"]
            })
        try await installation.must("roles", "install")
        try await installation.cluster.run("REVOKE pg_read_all_data FROM \(prefix)_monitor")
        #expect(try await installation.run("roles", "check").status == 0)
        try await installation.cluster.run("ALTER ROLE \(prefix)_operator SUPERUSER")
        let superuser = try await installation.run("roles", "check")
        #expect(superuser.output.contains("operator: role \(prefix)_operator is a superuser"))
        try await installation.cluster.run("ALTER ROLE \(prefix)_operator NOSUPERUSER")
    }

    @Test("the program does each role's part as a member of it, and is refused another's")
    func commands() async throws {
        let installation = try await Installation.make(203)
        try await installation.must("person", "add", "--person", Installation.person1)
        try await installation.must("acceptance", "set", "J", "--person", Installation.person1)
        let prefix = installation.name
        try await installation.must("roles", "install", "--prefix", prefix)
        func expect(_ status: Int32, _ database: String, _ commands: [[String]]) async throws {
            for words in commands {
                let finished = try await installation.start(words + ["--database", database]).finished()
                #expect(finished.status == status, "\(words): \(finished.errors)")
                if status == 1 {
                    #expect(finished.errors.contains("permission denied"), "\(words): \(finished.errors)")
                }
            }
        }
        let person = ["--person", Installation.person1]
        let (place, results) = (["order", "place"] + person, ["results", "show"] + person)

        let orderer = try await login("orderer", of: "\(prefix)_orderer", at: installation)
        try await expect(0, orderer, [place, ["order", "list"], ["order", "show", "1"], ["explain", "1"]])
        try await expect(1, orderer, [results, ["order", "requeue", "1"], ["run"], ["person", "add"] + person])

        let worker = try await login("worker", of: "\(prefix)_worker", at: installation)
        try await expect(0, worker, [["source", "list"], ["source", "check"], ["run"]])
        try await expect(1, worker, [place, ["order", "list"], ["setting", "set", "attempt_days", "3"]])

        let `operator` = try await login("operator", of: "\(prefix)_operator", at: installation)
        try await expect(
            0, `operator`,
            [
                ["order", "list"], ["order", "show", "1"], ["explain", "1"], ["order", "requeue", "1"],
                ["order", "hold", "1", "--reason", "why"], ["order", "release", "1"], ["order", "cancel", "1"],
                ["source", "list"], ["source", "pause", "216"], ["source", "resume", "203"], ["institution", "list"],
                ["admission", "list"], ["setting", "list"],
            ])
        try await expect(
            1, `operator`, [place, results, ["changes", "list"] + person, ["source", "add", "204", "service=x"]])

        let caseWorker = try await login("case_worker", of: "\(prefix)_case_worker", at: installation)
        try await expect(
            0, caseWorker,
            [
                results, ["results", "log"] + person, ["changes", "list"] + person, ["changes", "seen"] + person,
                ["order", "list"],
            ])
        try await expect(
            1, caseWorker, [place, ["results", "delete-log", "--yes"] + person, ["order", "cancel", "1"]])

        let monitor = try await login("monitor", of: "\(prefix)_monitor", at: installation)
        try await expect(1, monitor, [["order", "list"], ["source", "list"], results, place])
    }
}
