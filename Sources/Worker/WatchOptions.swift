/// What a resident worker may be told.
package struct WatchOptions: Sendable {
    package var worker: WorkerOptions
    /// How often it looks for orders by itself; what the database tells in between is a hint.
    package var pollInterval: Duration = .seconds(5)
    /// How long a connection to a source stays open without a question.
    package var idleLimit: Duration = .seconds(300)
    /// How often the figures of what it has done are written down, as those of a run.
    package var runLength: Duration = .seconds(3600)

    package init() {
        worker = WorkerOptions()
        // A dead source costs one order a deadline in a minute, and the others nothing.
        worker.breakerRest = .seconds(60)
    }
}
