import DevCluster
import Foundation
import Postgres

/// What scenarios measure on: the world, how often, and the book that they write in.
struct Ground: Sendable {
    let world: BenchWorld
    let rounds: Int
    let isQuick: Bool
    /// The folder that the floor and the peers lie in.
    let folder: String
    let book = Book()
    let proxies: ProxyRow

    init(world: BenchWorld, rounds: Int, isQuick: Bool, folder: String) throws {
        self.world = world
        self.rounds = rounds
        self.isQuick = isQuick
        self.folder = folder
        proxies = ProxyRow(world: world)
    }

    var orders: Int { world.plan.orders }

    func size(_ full: Int, quick: Int) -> Int { isQuick ? quick : full }

    // MARK: Own databases

    /// Runs `body` with a fresh own database, which is dropped after it.
    func withOwn<Value: Sendable>(
        _ name: String = "measured", template: String = BenchWorld.template, _ body: (OwnDatabase) async throws -> Value
    ) async throws -> Value {
        try await world.makeOwn(name, template: template)
        // Copying a database ends with the server's caches full of it for some, and of nothing for others.
        try await world.cluster.run("CHECKPOINT")
        let value = try await body(OwnDatabase(world: world, name: name))
        try await world.dropOwn(name)
        return value
    }

    // MARK: Programs

    /// Runs a program to its end.
    func time(
        _ words: [String], environment: [String: String] = [:], limit: Duration = .seconds(900)
    ) async throws -> Timed {
        let log = "\(world.cluster.folder)/\(UUID().uuidString).log"
        defer { try? FileManager.default.removeItem(atPath: log) }
        let began = ContinuousClock.now
        let worker = try await WorkerProcess.start(words, name: "measured", environment: environment, log: log)
        let killer = Task {
            try await Task.sleep(for: limit)
            worker.send(9)
        }
        async let memory = PeakMemory.watch(worker)
        let status = await worker.ended()
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        killer.cancel()
        return Timed(seconds: seconds, memory: Double(await memory) / 1024, status: status, output: worker.output)
    }

    /// `resutveksl run` in an own database, from the start of the process to its end.
    ///
    /// - Parameter allowsFailures: whether sources that could not be asked (3) are what is being measured.
    func drain(
        _ own: OwnDatabase, _ arguments: [String] = [], allowsFailures: Bool = false
    ) async throws -> Timed {
        let timed = try await time(
            [try WorkerProcess.program, "run", "--log-level", "error"] + arguments,
            environment: ["RESUTVEKSL_DATABASE": own.text])
        guard timed.status == 0 || allowsFailures && timed.status == 3 else {
            throw BenchError("resutveksl run ended with \(timed.status): \(timed.output.suffix(500))")
        }
        return timed
    }
}
