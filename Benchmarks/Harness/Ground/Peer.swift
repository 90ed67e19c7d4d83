import Foundation

/// A program that does the same job in another way.
struct Peer: Sendable {
    let name: String
    /// Worth trying; the first is what `--quick` takes.
    let concurrencies: [Int]
    /// So many orders, because it is slow; nil for all.
    let limit: Int?

    private static let known = [
        Peer(name: "procrastinate", concurrencies: [8, 2, 16], limit: 600),
        Peer(name: "pgqueuer", concurrencies: [8, 2, 16], limit: 600),
        Peer(name: "by_hand", concurrencies: [8, 2, 16], limit: 600),
        Peer(name: "fdw", concurrencies: [1], limit: nil),
    ]

    /// What a peer says at its end, on a line of its own.
    private struct Answer: Decodable {
        let orders: Int
        let orders_per_second: Double
    }

    /// The peers whose programs lie there and can be run; says so when none can.
    static func installed(_ ground: Ground) async throws -> [Peer] {
        let there = known.filter { FileManager.default.fileExists(atPath: "\(ground.folder)/peers/\($0.name).py") }
        guard !there.isEmpty else {
            Progress.say("  no peers in \(ground.folder)/peers: only the program itself is measured")
            return []
        }
        guard try await makeEnvironment(ground) else {
            Progress.say("  the peers' Python packages could not be installed: only the program itself is measured")
            return []
        }
        return there
    }

    /// Makes the Python environment once; it is kept for the next time.
    private static func makeEnvironment(_ ground: Ground) async throws -> Bool {
        let environment = "\(ground.folder)/.venv"
        let requirements = "\(ground.folder)/peers/requirements.txt"
        let mark = "\(environment)/installed"
        let wanted = try? String(contentsOfFile: requirements, encoding: .utf8)
        if let wanted, wanted == (try? String(contentsOfFile: mark, encoding: .utf8)) { return true }
        Progress.say("  installing the peers' Python packages in \(environment) …")
        let steps = [
            ["python3", "-m", "venv", environment],
            ["\(environment)/bin/pip", "install", "--quiet", "--requirement", requirements],
        ]
        for step in steps {
            let timed = try await ground.time(step)
            if timed.status != 0 {
                Progress.say("  \(step.joined(separator: " ")) ended with \(timed.status): \(timed.output.suffix(500))")
                return false
            }
        }
        try wanted?.write(toFile: mark, atomically: true, encoding: .utf8)
        return true
    }

    /// - Returns: orders a second, as the peer itself has measured it, without its start.
    func drain(_ ground: Ground, concurrency: Int, limit trial: Int? = nil) async throws -> Double {
        let limit = (trial ?? limit).map { min($0, ground.size($0, quick: 60)) }
        return try await ground.withOwn { own in
            var words = [
                "\(ground.folder)/.venv/bin/python", "\(ground.folder)/peers/\(name).py", "--own", own.text,
                "--concurrency", "\(concurrency)",
            ]
            if let limit { words += ["--orders-limit", "\(limit)"] }
            let timed = try await ground.time(words)
            let line = timed.output.split(separator: "\n").last { $0.hasPrefix("{") }
            guard timed.status == 0, let line,
                let answer = try? JSONDecoder().decode(Answer.self, from: Data(line.utf8))
            else {
                throw BenchError("\(name) ended with \(timed.status): \(timed.output.suffix(1000))")
            }
            guard answer.orders == min(limit ?? ground.orders, ground.orders) else {
                throw BenchError("\(name) drained \(answer.orders) orders")
            }
            return answer.orders_per_second
        }
    }
}
