import Foundation
import Logging
import Testing

@testable import resutveksl

/// Where a value comes from, and what is wrong with it.
@Suite struct ConfigurationTests {
    /// Keys that nobody has; one is a secret.
    private static let address = ConfigurationKey<String?>.text("test.address", .address, "Where.")
    private static let path = ConfigurationKey<String?>.text("test.path", .path, "Which.")
    private static let secret = ConfigurationKey<String?>.text("test.secret_url", .url, isSecret: true, "Whom.")
    private static let keys = Key.all + [address.definition, path.definition, secret.definition]

    private func configuration(
        _ text: String? = nil, _ environment: [String: String] = [:], _ options: GivenOptions = GivenOptions(),
        mode: Int = 0o640
    ) throws -> ProgramConfiguration {
        var path: String?
        if let text {
            let file = FileManager.default.temporaryDirectory.appending(path: "conf-\(UUID().uuidString)").path()
            try #require(
                FileManager.default.createFile(
                    atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: mode]))
            path = file
        }
        defer { if let path { try? FileManager.default.removeItem(atPath: path) } }
        return try ProgramConfiguration(options: options, file: path, environment: environment, keys: Self.keys)
    }

    @Test("an option goes before the environment, the environment before the file, the file before the default")
    func precedence() throws {
        var options = GivenOptions()
        options.add(Key.lease, 10)
        let environment = ["RESUTVEKSL_WORKER_LEASE": "20", "RESUTVEKSL_WORKER_GRACE": "21"]
        let text = "worker.lease = 30\nworker.grace = 31\nworker.patience = 32.5"
        let found = try configuration(text, environment, options)
        #expect(found[Key.lease] == .seconds(10))
        #expect(found[Key.grace] == .seconds(21))
        #expect(found[Key.patience] == .milliseconds(32_500))
        #expect(found[Key.poll] == .seconds(5))
        #expect(found.entry(of: Key.lease.definition).origin == .option("--lease"))
        #expect(found.entry(of: Key.grace.definition).origin == .environment("RESUTVEKSL_WORKER_GRACE"))
        #expect(found.entry(of: Key.patience.definition).origin == .file(found.place.path, line: 3))
        #expect(found.entry(of: Key.poll.definition).origin == .standard)
        #expect(found.problems.isEmpty)
    }

    @Test("each key can be set by the environment and by the file, and is read with its type")
    func everyKey() throws {
        for key in Key.all {
            let value =
                switch key.values {
                case .text: "word"
                case .connection: "dbname=own"
                case .path: "/tmp/x"
                case .url: "https://example.org/x"
                case .address: "127.0.0.1:9187"
                case .count(let range, _): "\(range.upperBound)"
                case .seconds(let range): range.upperBound.plain
                case .choice(let words): words.last ?? ""
                }
            let inFile = try configuration("\(key.name) = \(value)")
            #expect(inFile.problems.isEmpty && inFile.entry(of: key).text == value, "\(key.name)")
            let inEnvironment = try configuration(nil, [key.environmentName: value])
            #expect(inEnvironment.problems.isEmpty && inEnvironment.entry(of: key).text == value, "\(key.name)")
            if let standard = key.standard { #expect(key.problem(with: standard) == nil, "\(key.name)") }
        }
        #expect(Set(Key.all.map(\.name)).count == Key.all.count)
        #expect(Set(Key.all.map(\.environmentName)).count == Key.all.count)
        #expect(try configuration("log.level = debug")[Key.logLevel] == .debug)
        #expect(try configuration("worker.claim_size = 7")[Key.claimSize] == 7)
        #expect(try configuration("database = service=own")[Key.database] == "service=own")
        #expect(try configuration()[Key.database] == nil)
    }

    @Test("an empty variable is one that is not set")
    func empty() throws {
        let found = try configuration("database = dbname=own", ["RESUTVEKSL_DATABASE": ""])
        #expect(found.problems.isEmpty && found[Key.database] == "dbname=own")
    }

    struct Wrong: Sendable {
        let line: String
        let sentence: String
        init(_ line: String, _ sentence: String) { (self.line, self.sentence) = (line, sentence) }
    }

    static let wrong = [
        Wrong("log.levle = info", "there is no key log.levle; did you mean log.level?"),
        Wrong("log_level = info", "there is no key log_level; did you mean log.level?"),
        Wrong("claim_size = 10", "there is no key claim_size; did you mean worker.claim_size?"),
        Wrong("Log.Level = info", "there is no key Log.Level; did you mean log.level?"),
        Wrong("smtp.relay = x", "there is no key smtp.relay; `resutveksl config show` lists those that there are"),
        Wrong("log.level = loud", "log.level has to be one of trace, debug, info, notice, warning, error, critical"),
        Wrong("worker.claim_size = 0", "worker.claim_size goes from 1 to 100000 orders"),
        Wrong("worker.claim_size = many", "worker.claim_size goes from 1 to 100000 orders"),
        Wrong("worker.claim_size = 2.5", "worker.claim_size goes from 1 to 100000 orders"),
        Wrong("watch.poll = 0.01", "watch.poll goes from 0.05 to 3600 seconds"),
        Wrong("watch.poll = nan", "watch.poll goes from 0.05 to 3600 seconds"),
        Wrong("watch.poll = 5s", "watch.poll goes from 0.05 to 3600 seconds"),
        Wrong("database = nonsense", "database cannot be used: the connection string cannot be read"),
        Wrong("database = password=fjord", "database cannot be used: the connection string holds a password"),
        Wrong("test.path = metrics.prom", "test.path has to be a path that begins with /"),
        Wrong("test.secret_url = ftp://example.org", "test.secret_url has to be an address that begins with http"),
        Wrong("test.secret_url = https:///x", "test.secret_url has to be an address that begins with http"),
        Wrong("test.address = 9187", "test.address has to be a host and a port, as 127.0.0.1:9187"),
        Wrong("test.address = localhost:99999", "test.address has to be a host and a port, as 127.0.0.1:9187"),
    ]

    @Test("a mistake in the file is told with its line and what is meant", arguments: wrong)
    func inFile(wrong: Wrong) throws {
        let found = try configuration("# a comment\n\(wrong.line)\nworker.grace = 5")
        #expect(found.problems.count == 1)
        #expect(found.problems.first?.place == "\(found.place.path), line 2")
        #expect(found.problems.first?.sentence.hasPrefix(wrong.sentence) == true, "\(found.problems)")
        #expect(throws: ConfigurationError.self) { try found.checked() }
        // What is wrong is not half used.
        #expect(found[Key.grace] == .seconds(5) && found[Key.claimSize] == 5000)
    }

    @Test(
        "a mistake in the environment is told with the variable",
        arguments: [
            (
                "RESUTVEKSL_LOG_LEVLE", "info", "the environment",
                "there is no variable RESUTVEKSL_LOG_LEVLE; did you mean RESUTVEKSL_LOG_LEVEL?"
            ),
            (
                "RESUTVEKSL_DATABSE", "x", "the environment",
                "there is no variable RESUTVEKSL_DATABSE; did you mean RESUTVEKSL_DATABASE?"
            ),
            (
                "RESUTVEKSL_WORKER_LEASE", "0", "RESUTVEKSL_WORKER_LEASE in the environment",
                "it goes from 1 to 3600 seconds"
            ),
        ])
    func inEnvironment(name: String, value: String, place: String, sentence: String) throws {
        let found = try configuration(nil, [name: value])
        #expect(found.problems == [.init(place: place, sentence: sentence)])
    }

    @Test("variables of others, and those of cron's script, are not looked at")
    func others() throws {
        #expect(
            try configuration(nil, ["RESUTVEKSLING": "x", "PGHOST": "x", "RESUTVEKSL_DELAY": "0"]).problems.isEmpty)
    }

    @Test("all that is wrong is told at once")
    func all() throws {
        let found = try configuration("log.levle = info\nworker.lease = 0", ["RESUTVEKSL_POLL": "5"])
        let error = try #require(throws: ConfigurationError.self) { try found.checked() }
        #expect(error.problems.count == 3)
        #expect(error.description.split(separator: "\n").count == 4)
    }

    @Test("a value that is wrong, or secret, is not repeated in what is told of it")
    func notRepeated() throws {
        let found = try configuration("test.secret_url = ftp://secret\ndatabase = dbname=own password=fjord")
        #expect(found.problems.count == 2)
        #expect(!"\(ConfigurationError(problems: found.problems))".contains(/secret\b(?!_)|fjord/))
    }

    @Test("a secret in a file that everybody may read is told", arguments: [(0o640, 0), (0o600, 0), (0o644, 1)])
    func exposed(mode: Int, count: Int) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "conf-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: file) }
        let text = Data("log.level = info\ntest.secret_url = https://example.org/x".utf8)
        try #require(
            FileManager.default.createFile(atPath: file, contents: text, attributes: [.posixPermissions: mode]))
        let found = try ProgramConfiguration(file: file, environment: [:], keys: Self.keys)
        let exposures = found.exposures(keys: Self.keys)
        #expect(exposures.count == count)
        if count > 0 { #expect(exposures[0].sentence.hasPrefix("test.secret_url is a secret, and everybody may read")) }
    }

    @Test("a file that was named must be there; the one at the usual place need not")
    func missing() throws {
        let variable = [ConfigurationPlace.variable: "/no/such/file.conf"]
        let error = try #require(throws: ConfigurationError.self) { try configuration(nil, variable) }
        #expect(error.description.hasSuffix("/no/such/file.conf: cannot be read: No such file or directory"))
        let usual = ConfigurationPlace(option: nil, environment: [ConfigurationPlace.variable: ""])
        #expect(usual.path == "/etc/resutveksl/resutveksl.conf" && !usual.isRequired && !usual.isInstance)
        let option = ConfigurationPlace(option: "/a", environment: variable)
        #expect(option.path == "/a" && option.isRequired)
    }

    @Test("one of several institutions must say where its own database is, in its file or in the environment")
    func instance() throws {
        let variable = [ConfigurationPlace.variable: "-/no/such/203.conf"]
        let lost = try configuration(nil, variable)
        #expect(lost.place.path == "/no/such/203.conf" && lost.file == nil)
        #expect(
            lost.problems.map(\.sentence) == ["does not say where the own database is, nor does RESUTVEKSL_DATABASE"])
        #expect(try configuration(nil, variable.merging(["RESUTVEKSL_DATABASE": "dbname=x"]) { $1 }).problems.isEmpty)
        let file = FileManager.default.temporaryDirectory.appending(path: "conf-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: file) }
        for (text, count) in [("log.level = info", 1), ("database = dbname=x", 0)] {
            try Data(text.utf8).write(to: URL(filePath: file))
            #expect(try configuration(nil, [ConfigurationPlace.variable: "-" + file]).problems.count == count)
        }
    }
}
