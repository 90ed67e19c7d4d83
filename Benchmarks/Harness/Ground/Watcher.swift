import DevCluster
import Glibc

/// `resutveksl watch` beside something that is measured.
enum Watcher {
    /// Starts it, runs `body`, and ends it as an operator would.
    static func with(_ ground: Ground, _ own: OwnDatabase, _ body: (WorkerProcess) async throws -> Void) async throws {
        let log = "\(ground.world.cluster.folder)/watch-\(own.name).log"
        let worker = try await WorkerProcess.start(
            [try WorkerProcess.program, "watch", "--log-level", "error"], name: "watch",
            environment: ["RESUTVEKSL_DATABASE": own.text], log: log)
        do {
            try await body(worker)
        } catch {
            worker.send(SIGKILL)
            _ = await worker.ended()
            throw BenchError("\(error); watch: \(worker.output.suffix(500))")
        }
        worker.send(SIGTERM)
        if try await worker.ended(within: .seconds(30)) == nil { worker.send(SIGKILL) }
        _ = await worker.ended()
    }
}
