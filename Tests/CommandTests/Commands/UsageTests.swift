import Testing

/// Wrong usage, refused before anything is connected to.
@Suite struct UsageTests {
    struct Wrong: Sendable, CustomTestStringConvertible {
        /// The command that is meant, whose usage is to be shown.
        let command: String
        let rest: [String]

        init(_ command: String, _ rest: String...) {
            self.command = command
            self.rest = rest
        }

        var words: [String] { command.split(separator: " ").map(String.init) + rest }
        var testDescription: String { words.joined(separator: " ") }
    }

    static let wrong = [
        Wrong("", "frobnicate"), Wrong("order", "frobnicate"), Wrong("run", "--frobnicate"),
        Wrong("run", "--claim-size", "0"), Wrong("run", "--claim-size", "many"), Wrong("run", "--connections", "101"),
        Wrong("order show"), Wrong("order show", "abc"), Wrong("order show", "0"),
        Wrong("order list", "--state", "lost"), Wrong("order list", "--limit", "0"),
        Wrong("order place", "--purpose", "curiosity"), Wrong("order place", "--dry-run"),
        Wrong("order place", "--from", "-", "--reference", "x"),
        Wrong("order place", "--from", "-", "--consent", "by hand"),
        Wrong("order place", "--from", "-", "--consent-date", "2026-01-01"), Wrong("order cancel"),
        Wrong("order hold", "x"),
        Wrong("admission add", "M27"), Wrong("admission add", "M27", "--closes", "2027-01-01", "--time", "25:00"),
        Wrong("admission add", "M27", "--closes", "2027-01-01", "--weekday", "fredag"), Wrong("admission close"),
        Wrong("setting set", "time_zone"),
        Wrong("setting set", "unknown_key", "1"), Wrong("source add"), Wrong("source add", "abc", "dbname=fs"),
        Wrong("source add", "0", "dbname=fs"), Wrong("source add", "203", "dbname=fs", "--set-size", "0"),
        Wrong("source add", "203", "dbname=fs", "--no-consent-required"),
        Wrong("source add", "203", "dbname=fs", "--legal-basis", "uhl"),
        Wrong("source add", "203", "dbname=fs", "--consent-from", "2027-01-01"),
        Wrong(
            "source add", "203", "dbname=fs", "--consent-from", "2027-01-01", "--no-consent-required", "--legal-basis",
            "uhl"), Wrong("source check", "abc"),
        Wrong("source install", "dbname=fs"),
        Wrong("source install", "dbname=fs", "--institution", "203", "--requester", "anna"), Wrong("source pause"),
        Wrong("acceptance set", "K"), Wrong("acceptance set", "J", "--date", "2026-02-30"),
        Wrong("acceptance set", "J", "--channel", "post"), Wrong("acceptance set", "J", "--type", "X"),
        Wrong("demo", "--orders", "1"), Wrong("demo", "--orders", "401"), Wrong("migrate", "--log-level", "loud"),
        Wrong("migrate", "--log-format", "xml"), Wrong("watch", "--poll", "0"), Wrong("run", "--lease", "nan"),
        Wrong("log", "--since", "yesterday"), Wrong("log", "--event", "lost"), Wrong("log", "--limit", "0"),
        Wrong("log", "--follow", "--until", "2026-01-01"), Wrong("config", "show", "x"),
    ]

    @Test("wrong usage ends with 64 and shows the usage of the command that was meant", arguments: wrong)
    func refused(wrong: Wrong) async throws {
        let finished = try await Command([Command.program] + wrong.words).finished()
        #expect(finished.status == 64)
        #expect(finished.output.isEmpty)
        #expect(finished.errors.hasPrefix("Error: "))
        #expect(finished.errors.contains("\nUsage: resutveksl \(wrong.command)"))
    }

    @Test(
        "a person number in the wrong place is not repeated",
        arguments: [
            ["person", "add", "01536112185"], ["person", "add", "015361 12185"], ["person", "add", "015361", "12185"],
            ["acceptance", "set", "01536112185"], ["acceptance", "set", "J", "--date=01536112185"],
            ["01536112185"], ["order", "show", "--person=01536112185"], ["order", "show", "01536112185x"],
        ])
    func masked(words: [String]) async throws {
        let finished = try await Command([Command.program] + words).finished()
        #expect(finished.status == 64)
        #expect(finished.errors.hasPrefix("Error: "))
        #expect(finished.errors.contains("\nUsage: resutveksl "))
        #expect(!finished.errors.contains("12185") && finished.output.isEmpty)
    }

    @Test("the version is printed")
    func version() async throws {
        let finished = try await Command([Command.program, "--version"]).finished()
        #expect(finished.status == 0)
        #expect(finished.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }
}
