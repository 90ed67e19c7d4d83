import Worker

/// Tells others how a run went, whichever way it ended: a dead-man switch over HTTP, and Prometheus by a file.
struct RunWitness {
    let ping: DeadManPing?
    let textfile: RunTextfile?

    /// - Throws: what the work throws, after others were told.
    func watch(_ work: (_ summary: inout RunSummary?) async throws -> Void) async throws {
        let began = ContinuousClock.now
        var summary: RunSummary?
        var failure: (any Error)?
        await withTaskGroup(of: Void.self) { group in
            // Beside the work, which does not wait for it; but the switch must not hear of the end before the beginning.
            if let ping { group.addTask { await ping.tell(.started) } }
            do { try await work(&summary) } catch { failure = error }
            await group.waitForAll()
        }
        let status = failure.map(ExitStatus.code(of:)) ?? 0
        await textfile?.write(RunMetrics(status: status, duration: .now - began, summary: summary))
        await ping?.tell(.ended(status))
        if let failure { throw failure }
    }
}
