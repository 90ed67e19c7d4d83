/// What a worker may be told beside what stands in the database.
package struct WorkerOptions: Sendable {
    /// Orders per claim.
    ///
    /// Bounds the memory of a run, and how much is asked again after a crash.
    package var claimSize = 5000
    /// Claims in work at the same time, so that a slow source delays its own lane only.
    package var claimsAtOnce = 2
    /// How long a claim is held without a sign of life from its worker.
    package var lease: Duration = .seconds(45)
    /// Who works, for `runs.worker`: host and process number.
    package var name = "worker"

    package init() {}
}
