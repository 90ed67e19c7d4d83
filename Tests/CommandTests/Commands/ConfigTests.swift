import DevCluster
import Foundation
import Postgres
import Testing

/// `config show` and `config check`, and what every command makes of the configuration.
@Suite struct ConfigTests {
    private struct Report: Decodable {
        struct Key: Decodable {
            let key: String
            let value: String?
            let isSet: Bool
            let isSecret: Bool
            let origin: String
            let place: String?
        }
        let file: String
        let isFileRead: Bool
        let keys: [Key]
        let problems: [String]
    }

    /// A configuration file for the length of `body`.
    private func withFile(_ text: String, _ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "conf-\(UUID().uuidString)").path()
        try #require(FileManager.default.createFile(atPath: path, contents: Data(text.utf8)))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    private func run(_ words: String..., environment: [String: String] = [:]) async throws -> Finished {
        try await Command([Command.program] + words, environment: environment).finished()
    }

    @Test("config show lists every key with its value, and where the value comes from")
    func show() async throws {
        try await withFile("database = dbname=own\nworker.lease = 30\nworker.grace = 7") { path in
            let finished = try await run(
                "config", "show", "--config", path, "--log-level", "info",
                environment: ["RESUTVEKSL_WORKER_GRACE": "8"])
            #expect(finished.status == 0 && finished.errors.isEmpty)
            #expect(finished.lines.first == "file: \(path)")
            #expect(finished.output.contains("\nkey "))
            #expect(finished.output.contains(/database +dbname=own +\/.*, line 1\n/))
            #expect(finished.output.contains(/log\.level +info +--log-level\n/))
            #expect(finished.output.contains(/worker\.grace +8 +RESUTVEKSL_WORKER_GRACE\n/))
            #expect(finished.output.contains(/worker\.lease +30 +\/.*, line 2\n/))
            #expect(finished.output.contains(/worker\.patience +300 +default\n/))
            let report = try await run("config", "show", "--json", environment: ["RESUTVEKSL_CONFIG": path])
                .json(Report.self)
            #expect(report.file == path && report.isFileRead && report.problems.isEmpty)
            let origins = Dictionary(uniqueKeysWithValues: report.keys.map { ($0.key, $0.origin) })
            #expect(origins["worker.lease"] == "file" && origins["worker.patience"] == "default")
            #expect(report.keys.first { $0.key == "worker.lease" }?.place == "\(path), line 2")
        }
    }

    /// That the password is not printed is looked at for every command.
    @Test("config show tells what is wrong, and shows nothing that cannot be used")
    func showWrong() async throws {
        try await withFile("database = dbname=own password=\(Secrets.password)\nlog.levle = info") { path in
            let finished = try await run("config", "show", "--config", path)
            #expect(finished.status == 0)
            #expect(finished.output.contains(/database +\(not shown\)/))
            #expect(finished.output.contains(/problem: .*, line 1: database cannot be used: .*PGPASSFILE/))
            #expect(finished.output.contains("line 2: there is no key log.levle; did you mean log.level?"))
        }
    }

    @Test("config check ends with 0 when nothing is wrong, and with 78 and everything that is when something is")
    func check() async throws {
        try await withFile("database = dbname=own\n") { path in
            let finished = try await run("config", "check", "--config", path)
            #expect(finished.status == 0)
            #expect(finished.output.hasPrefix("\(path): nothing is wrong; 1 key of "))
        }
        try await withFile("log.levle = info\nworker.lease = 0\n") { path in
            let finished = try await run(
                "config", "check", "--config", path, environment: ["RESUTVEKSL_WACTH_POLL": "1"])
            #expect(finished.status == 78 && finished.output.isEmpty)
            #expect(finished.errors.contains("line 1: there is no key log.levle; did you mean log.level?"))
            #expect(finished.errors.contains("line 2: worker.lease goes from 1 to 3600 seconds"))
            #expect(finished.errors.contains("did you mean RESUTVEKSL_WATCH_POLL?"))
        }
    }

    @Test(
        "with a mistake in its configuration no command begins", arguments: [["run"], ["order", "list"], ["migrate"]])
    func refused(words: [String]) async throws {
        try await withFile("log.levle = info") { path in
            let file = try await Command([Command.program] + words + ["--config", path]).finished()
            #expect(file.status == 78 && file.output.isEmpty)
            #expect(file.errors.hasPrefix("resutveksl: the configuration cannot be used: \(path), line 1: "))
        }
        let variable = try await Command([Command.program] + words, environment: ["RESUTVEKSL_DATABSE": "x"]).finished()
        #expect(variable.status == 78)
        #expect(variable.errors.contains("did you mean RESUTVEKSL_DATABASE?"))
        let missing = try await Command([Command.program] + words + ["--config", "/no/such.conf"]).finished()
        #expect(missing.status == 78)
        #expect(missing.errors.contains("/no/such.conf: cannot be read: No such file or directory"))
    }

    @Test("the own database of the configuration file is used; the environment and --database go before it")
    func database() async throws {
        let installation = try await Installation.unset()
        let right = try installation.cluster.connectionString(database: installation.name).text
        let wrong = "host=127.0.0.1 port=1 dbname=own user=x connect_timeout=5"
        try await withFile("database = '\(right.replacing("'", with: "''"))'") { path in
            #expect(try await run("order", "list", "--config", path).output == "no orders\n")
            let environment = ["RESUTVEKSL_DATABASE": wrong]
            #expect(try await run("order", "list", "--config", path, environment: environment).status == 69)
            let option = try await run(
                "order", "list", "--config", path, "--database", right, environment: environment)
            #expect(option.output == "no orders\n")
        }
    }

    @Test("what the worker goes by can stand in the file")
    func worker() async throws {
        let installation = try await Installation.make(203)
        try await installation.addDeadSource(184)
        try await installation.order(Installation.person1)
        try await withFile("log.level = error") { path in
            let finished = try await installation.run("run", "--config", path)
            #expect(finished.status == 3 && finished.errors.isEmpty)
        }
    }
}
