import Foundation
import Glibc
import Logging
import Testing

@testable import resutveksl

/// Which way the log goes.
@Suite struct LogOutputTests {
    private func name(_ destination: LogOutput.Destination) -> String {
        switch destination {
        case .text(let isPrefixed): isPrefixed ? "text with priorities" : "text"
        case .json: "json"
        case .journal: "journal"
        }
    }

    @Test(
        "the form follows from what is set, whether standard error ends in the journal, and whether there is one",
        arguments: [
            (LogFormat.auto, false, true, "text"), (.auto, false, false, "text"), (.auto, true, true, "journal"),
            (.auto, true, false, "text with priorities"), (.text, false, true, "text"),
            (.text, true, true, "text with priorities"), (.json, false, true, "json"), (.json, true, true, "json"),
            (.journal, false, true, "journal"), (.journal, true, true, "journal"), (.journal, false, false, "text"),
            (.journal, true, false, "text with priorities"),
        ])
    func destination(format: LogFormat, isJournal: Bool, isThere: Bool, expected: String) throws {
        let journal = try JournalEnd()
        let destination = LogOutput.Destination(format, isJournal: isJournal) {
            isThere ? JournalSocket(path: journal.path) : nil
        }
        #expect(name(destination) == expected)
        #expect(destination.usualLevel == (expected.hasPrefix("text") ? .notice : .info))
    }

    @Test("JOURNAL_STREAM counts only for the stream that it names")
    func stream() throws {
        let stream = try #require(JournalStream(descriptor: STDERR_FILENO))
        let own = "\(stream.device):\(stream.inode)"
        #expect(JournalStream(environment: ["JOURNAL_STREAM": own])?.leads(from: STDERR_FILENO) == true)
        #expect(JournalStream(environment: ["JOURNAL_STREAM": "1:2"])?.leads(from: STDERR_FILENO) == false)
        #expect(JournalStream(environment: ["JOURNAL_STREAM": own])?.leads(from: -1) == false)
        for text in ["", "x", "1", "1:", "1:2:3", "-1:2"] {
            #expect(JournalStream(environment: ["JOURNAL_STREAM": text]) == nil, "\(text)")
        }
        #expect(JournalStream(environment: [:]) == nil)
    }

    private func logger(_ output: LogOutput) -> Logger {
        var logger = Logger(label: "resutveksl") { ProgramLogHandler(label: $0, output: output) }
        logger[metadataKey: "run"] = "17"
        return logger
    }

    @Test("a message reaches the journal's socket with its fields")
    func journal() throws {
        let journal = try JournalEnd()
        let output = LogOutput()
        output.configure(.journal(try #require(JournalSocket(path: journal.path)), isPrefixed: false), level: .info)
        let logger = logger(output)
        logger.debug("not this one")
        logger.info("lane ended", metadata: ["institution": "203"])
        let entry = try #require(try journal.next())
        #expect(entry["RUN"] == "17" && entry["INSTITUTION"] == "203" && entry["PRIORITY"] == "6" && !entry.isFile)
        #expect(entry["CODE_FILE"]?.hasSuffix("LogOutputTests.swift") == true)
        #expect(try journal.next() == nil)
    }

    @Test("a message that is too large for a datagram comes as a file in memory that nobody can change")
    func large() throws {
        let journal = try JournalEnd()
        let socket = try #require(JournalSocket(path: journal.path))
        let text = String(repeating: "mye å si\n", count: 1_500_000)
        let event = LogEvent(
            level: .info, message: "lane ended", metadata: ["reason": "\(text)"], source: nil, file: "f", function: "g",
            line: 1)
        #expect(socket.send(LogLine(event, label: "l", base: [:]).journalEntry))
        let entry = try #require(try journal.next())
        #expect(entry.isFile && entry["REASON"] == text && entry["MESSAGE_ID"] == KnownEvent.laneEnded.identifier)
        #expect(socket.send(Array("MESSAGE=next\n".utf8)))
        #expect(try journal.next()?["MESSAGE"] == "next")
    }

    @Test("where there is no journal no socket is opened, and one that went away is told as not sent")
    func gone() throws {
        #expect(JournalSocket(path: "/tmp/no-such-journal-\(UUID().uuidString)") == nil)
        var journal: JournalEnd? = try JournalEnd()
        let socket = try #require(JournalSocket(path: journal?.path ?? ""))
        #expect(socket.send(Array("MESSAGE=x\n".utf8)))
        journal = nil
        #expect(!socket.send(Array("MESSAGE=y\n".utf8)))
    }
}
