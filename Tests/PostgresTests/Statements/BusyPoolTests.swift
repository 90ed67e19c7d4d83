import Postgres
import Testing

/// What must go on while every thread of the cooperative pool is busy.
@Suite struct BusyPoolTests {
    /// Wakes up every so often, on the loop.
    private actor Ticker {
        nonisolated var unownedExecutor: UnownedSerialExecutor { EventLoop.shared.asUnownedSerialExecutor() }
        private(set) var ticks = 0

        func tick() async {
            while await EventLoop.shared.sleep(for: .milliseconds(50)) != .cancelled { ticks += 1 }
        }
    }

    @Test("a task that prefers the loop goes on while the pool is busy")
    func preferred() async throws {
        let ticker = Ticker()
        let task = Task(executorPreference: EventLoop.shared) { await ticker.tick() }
        let end = ContinuousClock.now + .milliseconds(1500)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<64 { group.addTask { while ContinuousClock.now < end {} } }
        }
        // Thirty times fifty milliseconds, less what a busy machine takes away.
        #expect(await ticker.ticks >= 8)
        task.cancel()
    }
}
