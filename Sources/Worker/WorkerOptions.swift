/// What a worker may be told beside what stands in the database.
package struct WorkerOptions: Sendable {
    /// Orders per claim.
    ///
    /// Bounds the memory of a run, and how much is asked again after a crash.
    package var claimSize = 5000
    /// Claims in work at the same time, so that a slow source delays its own lane only.
    package var claimsAtOnce = 2
    /// Orders per claim of what was placed while older orders are in work.
    package var newcomerClaimSize = 500
    /// Such claims in work at the same time, beside the others.
    ///
    /// One that waits for a dead source does not delay the next: orders that come ten a second all get their claims for
    /// twice as long as a source is waited for (ten seconds unless set otherwise). Waiting costs next to nothing.
    package var newcomerClaimsAtOnce = 256
    /// How long a claim is held without a sign of life from its worker.
    package var lease: Duration = .seconds(45)
    /// How long a stop waits for the questions in work before it takes them back.
    package var grace: Duration = .seconds(20)
    /// How often a worker that has orders in work looks for new ones.
    package var lookInterval: Duration = .seconds(1)
    /// Whether a run waits at its end for claims whose workers may have died: until they show a sign of life, or their
    /// leases run out and the run takes their orders over.
    package var waitsForOthers = true
    /// How long a source that failed is left alone; nil for the rest of the run.
    package var breakerRest: Duration?
    /// Who works, for `runs.worker`: host and process number.
    package var name = "worker"

    package init() {}
}
