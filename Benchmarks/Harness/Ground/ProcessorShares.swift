import DevCluster
import Foundation

/// Who had the processors, in seconds: the program, the server for the own database and for the sources, the server besides.
///
/// As the kernel counts it for each process (/proc/PID/schedstat), looked at five times a second: of a backend that ends, the
/// last fifth of a second is not seen.
struct ProcessorShares: Sendable {
    enum Owner: String, Sendable, CaseIterable {
        case program, own, sources, server
    }

    private struct Process {
        let owner: Owner
        /// What it had before we began to look.
        let before: Double
        var seconds: Double
    }

    private let postmaster: pid_t
    private let own: String
    private var processes: [pid_t: Process] = [:]
    private var hasLooked = false

    /// - Parameter own: the name of the own database.
    private init(_ cluster: PrivateCluster, own: String) throws {
        let first = try String(contentsOfFile: "\(cluster.folder)/data/postmaster.pid", encoding: .utf8)
            .split(separator: "\n").first
        guard let postmaster = first.flatMap({ pid_t($0) }) else {
            throw BenchError("the private server does not say which process it is")
        }
        self.postmaster = postmaster
        self.own = own
    }

    /// Watches while `body` runs.
    static func watch(
        _ cluster: PrivateCluster, own: String, _ body: () async throws -> Void
    ) async throws -> [Owner: Double] {
        let shares = try ProcessorShares(cluster, own: own)
        let watching = Task { () -> ProcessorShares in
            var shares = shares
            repeat {
                shares.look()
                try? await Task.sleep(for: .milliseconds(200))
            } while !Task.isCancelled
            shares.look()
            return shares
        }
        do { try await body() } catch {
            watching.cancel()
            throw error
        }
        watching.cancel()
        return await watching.value.processes.values.reduce(into: [:]) { sums, process in
            sums[process.owner, default: 0] += process.seconds - process.before
        }
    }

    private mutating func look() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let process = pid_t(name), let seconds = Self.seconds(process) else { continue }
            if processes[process] == nil {
                guard let owner = owner(process) else { continue }
                processes[process] = Process(owner: owner, before: hasLooked ? 0 : seconds, seconds: seconds)
            }
            // One that has just ended shows its first thread only.
            let known = processes[process]?.seconds ?? 0
            processes[process]?.seconds = max(known, seconds)
        }
        hasLooked = true
    }

    /// Nil for a process that has nothing to do with it.
    private func owner(_ process: pid_t) -> Owner? {
        if process == postmaster { return .server }
        switch Self.parent(process) {
        case getpid(): return .program
        case postmaster:
            // postgres: USER DATABASE HOST STATE
            let title = (try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)) ?? ""
            let words = title.split(separator: " ")
            guard words.count > 2 else { return .server }
            return words[2] == own ? .own : words[2].hasPrefix("fs_") ? .sources : .server
        default: return nil
        }
    }

    private static func parent(_ process: pid_t) -> pid_t? {
        let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // PID (NAME) STATE PARENT
        return text?.split(separator: ")").last?.split(separator: " ").dropFirst().first.flatMap { pid_t($0) }
    }

    /// All threads together.
    private static func seconds(_ process: pid_t) -> Double? {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
        var sum = 0.0
        for task in tasks {
            guard
                let text = try? String(contentsOfFile: "/proc/\(process)/task/\(task)/schedstat", encoding: .utf8),
                let nanoseconds = text.split(separator: " ").first.flatMap({ Double($0) })
            else { continue }
            sum += nanoseconds / 1_000_000_000
        }
        return tasks.isEmpty ? nil : sum
    }
}
