import DevCluster
import Glibc
import Postgres

/// Some workers that share the work: whoever ends is replaced, until the crew is dismissed.
final class Crew: Sendable {
    private struct State {
        var workers: [Int: WorkerProcess] = [:]
        var isDismissed = false
        var isSpent: Set<Int> = []
        var ends: [Int32: Int] = [:]
        var oddities: [Violation] = []
        var count = 0
    }

    private let site: Site
    private let arguments: [String]
    /// How workers may end in their first two seconds, beside well (0, 3) and killed: one that is started while the own
    /// database is away says so and ends, one that is at work waits.
    private let allowedEnds: Set<Int32>
    private let state = Guarded(State())

    private init(site: Site, arguments: [String], allowedEnds: Set<Int32>) {
        self.site = site
        self.arguments = arguments
        self.allowedEnds = allowedEnds
    }

    /// Keeps `count` workers at work while `body` runs, then kills those that are left.
    ///
    /// - Returns: what was odd about how workers ended or what they printed, beside the body's value.
    static func work<Value: Sendable>(
        _ site: Site, count: Int, _ arguments: [String], allowedEnds: Set<Int32> = [],
        _ body: (Crew) async throws -> Value
    ) async throws -> (value: Value, oddities: [Violation]) {
        let crew = Crew(site: site, arguments: arguments, allowedEnds: allowedEnds)
        let value = try await withThrowingTaskGroup(of: Void.self) { group in
            for slot in 0..<count { group.addTask { try await crew.keep(slot) } }
            do {
                let value = try await body(crew)
                crew.dismiss()
                try await group.waitForAll()
                return value
            } catch {
                crew.dismiss()
                throw error
            }
        }
        return (value, crew.state.withLock { $0.oddities })
    }

    private func keep(_ slot: Int) async throws {
        while !state.withLock({ $0.isDismissed }) {
            let worker = try await site.start(arguments)
            let mayLive = state.withLock { state in
                state.workers[slot] = worker
                state.count += 1
                return !state.isDismissed
            }
            if !mayLive { worker.send(SIGKILL) }
            let status = await worker.ended()
            let isKilled = status == 128 + SIGKILL
            let isAllowed = allowedEnds.contains(status) && .now - worker.startedAt < .seconds(2)
            state.withLock { state in
                state.workers[slot] = nil
                state.ends[status, default: 0] += 1
                state.oddities += Self.oddities(of: worker, status, isAllowed: isKilled || isAllowed)
            }
            // Nothing was due, or it is being waited for: not at once again.
            if !isKilled { try await Task.sleep(for: .milliseconds(status == 69 ? 200 : 100)) }
        }
    }

    private func dismiss() {
        state.withLock { state in
            state.isDismissed = true
            for worker in state.workers.values { worker.send(SIGKILL) }
        }
    }

    /// The workers that run now.
    var running: [WorkerProcess] {
        state.withLock { $0.workers.sorted { $0.key < $1.key }.map(\.value).filter(\.isRunning) }
    }

    /// How many workers there were.
    var count: Int { state.withLock { $0.count } }

    static func oddities(of worker: WorkerProcess, _ status: Int32, isAllowed: Bool) -> [Violation] {
        var found: [Violation] = []
        let output = worker.output
        if !isAllowed, status != 0, status != 3 {
            let last = output.split(separator: "\n").suffix(3).joined(separator: " / ")
            found.append(
                Violation(kind: .wrong, rule: "worker_end", detail: "\(worker.name) ended with \(status): \(last)"))
        }
        if output.contains(/(?:^|[^0-9])[0-9]{6} ?[0-9]{5}(?:$|[^0-9])/) {
            found.append(Violation(kind: .wrong, rule: "person_number_printed", detail: worker.name))
        }
        return found
    }
}
