import Foundation
import Logging
import Testing

@testable import resutveksl

/// The forms that a message of the log takes.
@Suite struct LogLineTests {
    private func line(
        _ message: String, _ metadata: Logger.Metadata = [:], level: Logger.Level = .warning,
        base: Logger.Metadata = [:]
    ) -> LogLine {
        let event = LogEvent(
            level: level, message: "\(message)", metadata: metadata, source: "Worker", file: "Worker/Lane.swift",
            function: "drain()", line: 42)
        return LogLine(event, label: "resutveksl", base: base, time: Date(timeIntervalSince1970: 1_793_000_000.25))
    }

    @Test("as text: time, level, what goes with the message in order of its name, module, message")
    func text() {
        let text = line("lane ended", ["outcome": "unreachable", "institution": "184"]).text()
        let form =
            /2026-10-2[56]T\d\d:\d\d:\d\d[+-]\d{4} warning resutveksl: institution=184 outcome=unreachable \[Worker\] lane ended/
        #expect(text.wholeMatch(of: form) != nil, "\(text)")
        #expect(line("lane ended").text().hasSuffix(" warning resutveksl: [Worker] lane ended"))
    }

    @Test("a line break within does not make two lines of one")
    func oneLine() {
        let text = line("a\nb", ["reason": "c\r\nd"]).text()
        #expect(!text.contains(where: \.isNewline) && text.hasSuffix("reason=c d [Worker] a b"))
    }

    @Test(
        "text that ends in the journal is led by the priority that syslog(3) knows",
        arguments: [
            (Logger.Level.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 2),
        ])
    func priority(level: Logger.Level, priority: Int) throws {
        #expect(line("x", level: level).text(isPrefixed: true).hasPrefix("<\(priority)>2026-"))
        let fields = try JournalEnd.fields(line("x", level: level).journalEntry)
        #expect(fields.first { $0.name == "PRIORITY" }?.value == "\(priority)")
    }

    @Test("as JSON: one object on one line, which a parser reads back")
    func json() throws {
        let quoted = "a \"quoted\" \\ text,\nin two\tlines\u{1}, with æøå and 🎓"
        let metadata: Logger.Metadata = [
            "reason": "\(quoted)", "sqlstate": "08006", "level": "mine", "list": ["1", "2"],
            "map": ["b": "2", "a": "1"],
        ]
        let text = line("lane ended", metadata).json
        #expect(text.split(whereSeparator: \.isNewline).count == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["time"] as? String == "2026-10-26T07:33:20.250Z")
        #expect(object["level"] as? String == "warning" && object["metadata_level"] as? String == "mine")
        #expect(object["message"] as? String == "lane ended" && object["source"] as? String == "Worker")
        #expect(object["message_id"] as? String == KnownEvent.laneEnded.identifier)
        #expect(object["reason"] as? String == quoted && object["sqlstate"] as? String == "08006")
        #expect(
            object["list"] as? [String] == ["1", "2"] && object["map"] as? [String: String] == ["a": "1", "b": "2"])
        #expect(line("something else").json.contains("message_id") == false)
    }

    @Test("for the journal: a field for each thing that goes with the message")
    func journal() throws {
        let metadata: Logger.Metadata = [
            "run": "17", "order": "4", "institution": "184", "outcome": "unreachable", "sqlstate": "57P03",
            "attempt": "2",
            "next": "27.11.2026 04:15",
        ]
        let fields = try JournalEnd.fields(line("lane ended", metadata).journalEntry)
        let entry = JournalEnd.Entry(fields: fields, isFile: false)
        let expected = [
            "RUN": "17", "ORDER": "4", "INSTITUTION": "184", "OUTCOME": "unreachable", "SQLSTATE": "57P03",
            "ATTEMPT": "2", "NEXT": "27.11.2026 04:15", "PRIORITY": "4", "SYSLOG_IDENTIFIER": "resutveksl",
            "MESSAGE_ID": KnownEvent.laneEnded.identifier, "CODE_FILE": "Worker/Lane.swift", "CODE_LINE": "42",
            "CODE_FUNC": "drain()", "LOGGER": "resutveksl",
        ]
        for (name, value) in expected { #expect(entry[name] == value, "\(name)") }
        #expect(entry["MESSAGE"]?.hasPrefix("lane ended: attempt=2 institution=184 ") == true)
        #expect(Set(fields.map(\.name)).count == fields.count)
    }

    @Test("values with line breaks, and names that journald would not take")
    func odd() throws {
        let metadata: Logger.Metadata = [
            "reason": "two\nlines", "error.message": "x", "_private": "y", "42": "none", "priority": "9",
            "\(String(repeating: "a", count: 80))": "long", "blåbær": "z",
        ]
        let fields = try JournalEnd.fields(line("x", metadata).journalEntry)
        let entry = JournalEnd.Entry(fields: fields, isFile: false)
        #expect(entry["REASON"] == "two\nlines" && entry["ERROR_MESSAGE"] == "x" && entry["PRIVATE"] == "y")
        #expect(entry["PRIORITY"] == "4" && fields.count { $0.name == "PRIORITY" } == 1)
        #expect(entry["BL_B_R"] == "z" && entry[String(repeating: "A", count: 64)] == "long")
        #expect(!fields.contains { $0.name.isEmpty || $0.name.hasPrefix("4") })
    }

    @Test("what a message says goes before what its logger says, and an error is told with it")
    func merged() {
        let event = LogEvent(
            level: .error, message: "x", error: CommandFailure(code: 1, message: "why"), metadata: ["run": "2"],
            source: "Worker", file: "", function: "", line: 1)
        let line = LogLine(event, label: "l", base: ["run": "1", "host": "h"])
        #expect(line.metadata.map(\.key) == ["error.message", "error.type", "host", "run"])
        #expect("\(line.metadata[3].value)" == "2")
    }
}
