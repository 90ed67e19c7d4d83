import Exchange
import Logging
import Postgres
import Store

/// Prolongs the leases of the claims in work, on a connection and a thread that the work does not use.
///
/// It runs on the event loop: whatever keeps the cooperative pool busy, the leases do not run out because of it.
actor Heartbeat {
    private let store: Store
    private let lease: Duration
    private let logger: Logger
    private var tokens: Set<LeaseToken> = []
    private var connection: Connection?

    nonisolated var unownedExecutor: UnownedSerialExecutor { EventLoop.shared.asUnownedSerialExecutor() }

    init(store: Store, lease: Duration, logger: Logger) {
        self.store = store
        self.lease = lease
        self.logger = logger
    }

    func begin(_ token: LeaseToken) { tokens.insert(token) }
    func end(_ token: LeaseToken) { tokens.remove(token) }

    /// Beats three times a lease until the task is cancelled.
    func beat() async {
        while await EventLoop.shared.sleep(for: lease / 3) != .cancelled {
            for token in tokens { await prolong(token) }
        }
        await connection?.close()
    }

    private func prolong(_ token: LeaseToken) async {
        do {
            let connection = try await open()
            try await store.prolong(token, by: lease, on: connection)
        } catch let error as StoreError where error.code == .staleToken {
            // Nothing to do: every write of the claim is refused by its guard.
            tokens.remove(token)
            logger.error("the lease of a claim has run out", metadata: ["token": "\(token)"])
        } catch {
            logger.warning("a lease could not be prolonged", metadata: ["token": "\(token)", "reason": "\(error)"])
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
