import Foundation
import Testing

/// One whole run of `resutveksl demo`, which several tests look at.
actor DemoRun {
    static let shared = DemoRun()

    struct Record: Sendable {
        let finished: Finished
        let began: Date
        let ended: Date
        let folders: Set<String>
        /// What was left at the moment when it had ended.
        let processesLeft: [String]
        let foldersLeft: Set<String>
    }

    private var running: Task<Record, any Error>?

    func record() async throws -> Record {
        if let running { return try await running.value }
        let task = Task {
            let traces = Traces()
            let began = Date()
            let finished = try await Command([Command.program, "demo"], environment: traces.environment).finished()
            let folders = Traces.folders(in: finished.output)
            return Record(
                finished: finished, began: began, ended: Date(), folders: folders,
                processesLeft: Array(traces.processes.values), foldersLeft: Traces.existing(folders))
        }
        running = task
        return try await task.value
    }
}
