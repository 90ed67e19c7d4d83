import Foundation
import Postgres
import TestLogs
import Testing

/// A program that was started, whose output is collected while it runs.
///
/// Nothing here blocks a thread of the cooperative pool: a thread of its own reads the output and waits for the end.
final class Command: Sendable {
    private struct State {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var status: Int32?
        var isLate = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// As `ps` shows it; the process is the program itself, not a shell.
    let identifier: pid_t
    private let words: [String]
    private let spawned: Spawned
    private let state = Guarded(State())

    /// What a user's shell has in any case, what sanitizers go by, and where servers that a program starts leave their logs.
    private static let inherited: Set = ["PATH", "HOME", "ASAN_OPTIONS", "TSAN_OPTIONS", TestLogs.variable]

    /// The built program, beside the test runner.
    static var program: String {
        get throws {
            let runner = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let program = URL(filePath: runner).deletingLastPathComponent().appending(path: "resutveksl").path()
            try #require(FileManager.default.isExecutableFile(atPath: program), "\(program) was not built")
            return program
        }
    }

    /// - Parameters:
    ///   - words: the program, found by PATH, and its arguments.
    ///   - environment: added to the little that is inherited.
    ///   - text: what stands on standard input, which ends there; nil leaves it open for `type`.
    ///   - limit: after which it is killed, and fails; generous, for busy machines.
    init(
        _ words: [String], environment: [String: String] = [:], input text: String? = "",
        limit: Duration = .seconds(180)
    ) throws {
        let inherited = ProcessInfo.processInfo.environment.filter { Self.inherited.contains($0.key) }
        let environment = inherited.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        let spawned = try Spawned(words, environment: environment)
        self.words = words
        identifier = spawned.process
        self.spawned = spawned
        if let text {
            spawned.write(text)
            spawned.endInput()
        }
        let deadline = ContinuousClock.now + limit
        let isStarted = DetachedThread.start(name: "command") { [self] in
            let isLate = !spawned.read(until: deadline) { isError, bytes in
                state.withLock { state in
                    if isError { state.errors += bytes } else { state.output += bytes }
                }
            }
            if isLate { kill(identifier, SIGKILL) }
            let status = spawned.end()
            let waiting = state.withLock { state in
                state.status = status
                state.isLate = isLate
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
        try #require(isStarted)
    }

    func type(_ text: String) { spawned.write(text) }

    func send(_ signal: Int32) { kill(identifier, signal) }

    /// What has been printed so far.
    var printed: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }

    /// Waits until a text was printed.
    func prints(_ text: String) async throws {
        try await eventually("\"\(text)\" is printed") { self.printed.contains(text) }
    }

    /// Waits for the end.
    ///
    /// Here is looked, for every command of every test, that nothing was printed that must never be.
    func finished(sourceLocation: SourceLocation = #_sourceLocation) async throws -> Finished {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status != nil
            }
            if isOver { continuation.resume() }
        }
        let (finished, isLate) = state.withLock { state in
            let output = String(decoding: state.output, as: UTF8.self)
            let errors = String(decoding: state.errors, as: UTF8.self)
            return (Finished(status: state.status ?? -1, output: output, errors: errors), state.isLate)
        }
        // What a program prints for its user is no log; what it says beside it is.
        TestLogs.keep(finished.errors, as: "programs.log")
        let name = words.joined(separator: " ")
        Secrets.expectNone(in: finished.output + "\n" + finished.errors, of: name, sourceLocation: sourceLocation)
        #expect(!isLate, "it took too long and was killed: \(Secrets.masked(name))", sourceLocation: sourceLocation)
        return finished
    }
}

/// What a finished program left: how it ended, and what it printed.
struct Finished: Sendable {
    /// As the shell tells it: the exit code, or 128 plus the signal.
    let status: Int32
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// The one JSON document that standard output is.
    func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(output.utf8))
    }
}

/// Waits until a condition holds, looking every 20 milliseconds.
func eventually(
    _ sentence: String, within limit: Duration = .seconds(120), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        try #require(.now < deadline, "within \(limit): \(sentence)")
        try await Task.sleep(for: .milliseconds(20))
    }
}
