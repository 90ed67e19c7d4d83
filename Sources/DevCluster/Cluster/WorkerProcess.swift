import Foundation
package import Glibc
import Postgres

/// A worker: the built program as a process of its own, never one that outlives us.
///
/// The thread that starts it waits for its end, and the kernel kills it when that thread goes: so nothing is left behind
/// even when this process is killed.
package final class WorkerProcess: Sendable {
    private struct State {
        var status: Int32?
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    package let name: String
    package let process: pid_t
    package let startedAt = ContinuousClock.now
    private let log: String
    private let state = Guarded(State())

    private init(name: String, process: pid_t, log: String) {
        self.name = name
        self.process = process
        self.log = log
    }

    /// The built program, beside this one.
    package static var program: String {
        get throws {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let program = URL(filePath: own).deletingLastPathComponent().appending(path: "resutveksl").path()
            guard FileManager.default.isExecutableFile(atPath: program) else {
                throw ClusterError(.programFailed, "\(program) was not built: swift build --product resutveksl")
            }
            return program
        }
    }

    package static func start(
        _ words: [String], name: String, environment: [String: String], log: String
    ) async throws -> WorkerProcess {
        try await withCheckedThrowingContinuation { continuation in
            let isStarted = DetachedThread.start(name: "worker") {
                let worker: WorkerProcess
                do {
                    worker = try spawn(words, name: name, environment: environment, log: log)
                } catch {
                    return continuation.resume(throwing: error)
                }
                continuation.resume(returning: worker)
                worker.awaitEnd()
            }
            if !isStarted { continuation.resume(throwing: ClusterError(.programFailed, "no thread for a worker")) }
        }
    }

    private static func spawn(
        _ words: [String], name: String, environment: [String: String], log: String
    ) throws -> WorkerProcess {
        let file = open(log, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw ClusterError(.programFailed, "cannot write \(log): \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        let process = try ChildProcess.spawn(
            ["setpriv", "--pdeathsig", "KILL"] + words, environment: environment, standardInputAndOutput: file,
            standardError: file)
        return WorkerProcess(name: name, process: process, log: log)
    }

    /// Blocks the thread.
    ///
    /// The process is left in the table until nobody can send it a signal any more.
    private func awaitEnd() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        let waiting = state.withLock { state in
            var status: Int32 = 0
            waitpid(process, &status, 0)
            state.status = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// As the shell tells it, nil while it runs: the exit code, or 128 plus the signal.
    package var status: Int32? { state.withLock { $0.status } }

    package var isRunning: Bool { status == nil }

    /// - Returns: whether it was still running.
    @discardableResult
    package func send(_ signal: Int32) -> Bool {
        state.withLock { state in
            guard state.status == nil else { return false }
            kill(process, signal)
            return true
        }
    }

    /// Waits for the end.
    package func ended() async -> Int32 {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status != nil
            }
            if isOver { continuation.resume() }
        }
        return status ?? -1
    }

    /// - Returns: the status, nil when it is still running at the deadline.
    package func ended(within limit: Duration) async throws -> Int32? {
        let deadline = ContinuousClock.now + limit
        while isRunning, .now < deadline { try await Task.sleep(for: .milliseconds(10)) }
        return status
    }

    /// Everything it has printed.
    package var output: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
}
