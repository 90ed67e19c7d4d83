import Exchange
import Logging
import Postgres
import Store

/// Prolongs the leases of the claims in work, on a connection and a thread that the work does not use.
///
/// It runs on the event loop: whatever keeps the cooperative pool busy, the leases do not run out because of it.
actor Heartbeat {
    nonisolated let leases = Leases()
    private let store: Store
    private let lease: Duration
    private let logger: Logger
    private var connection: Connection?

    nonisolated var unownedExecutor: UnownedSerialExecutor { EventLoop.shared.asUnownedSerialExecutor() }

    init(store: Store, lease: Duration, logger: Logger) {
        self.store = store
        self.lease = lease
        self.logger = logger
    }

    /// Beats three times a lease until the task is cancelled; more often while the own database is away.
    func beat() async {
        var pause = lease / 3
        while await EventLoop.shared.sleep(for: pause) != .cancelled {
            var isAway = false
            for token in leases.tokens where await !prolong(token) { isAway = true }
            pause = isAway ? lease / 20 : lease / 3
        }
        await connection?.close()
    }

    /// - Returns: false when the database could not be asked.
    private func prolong(_ token: LeaseToken) async -> Bool {
        do {
            let connection = try await open()
            let end = ContinuousClock.now + lease
            try await store.prolong(token, by: lease, on: connection)
            leases.prolong(token, until: end)
            return true
        } catch let error as StoreError where error.code == .staleToken {
            // It may just have been settled; if not, every write of the claim is refused by its guard.
            if leases.tokens.contains(token) {
                leases.prolong(token, until: .now)
                logger.warning("a claim is no longer held", metadata: ["token": "\(token)"])
            }
            return true
        } catch {
            logger.debug("a lease could not be prolonged", metadata: ["token": "\(token)", "reason": "\(error)"])
            return false
        }
    }

    private func open() async throws -> Connection {
        if let connection, await connection.isUsable { return connection }
        let options = ConnectionOptions(connectTimeout: lease / 3, statementTimeout: lease / 3)
        let opened = try await Connection.connect(store.pool.string, options: options, logger: logger)
        connection = opened
        return opened
    }
}
