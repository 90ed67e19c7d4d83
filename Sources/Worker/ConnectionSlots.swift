import Exchange
import Logging
import Postgres
import Store

/// Keeps the connections that all workers together have open to a source within the source's limit.
///
/// A slot is an advisory lock in the own database, held by a session of this worker: when the worker dies, however it dies,
/// PostgreSQL gives its slots back. While the own database is away there is no limit.
struct ConnectionSlots: Sendable {
    /// One session for all slots: whoever is in it is there alone.
    private let session: ConnectionPool
    private let logger: Logger

    init(store: Store, logger: Logger) {
        let options = ConnectionOptions(connectTimeout: .seconds(5), statementTimeout: .seconds(5))
        session = ConnectionPool(store.pool.string, limit: 1, options: options, logger: logger)
        self.logger = logger
    }

    enum Taking: Sendable {
        /// The slot to give back.
        case taken(Int)
        /// Slots cannot be kept now.
        case unlimited
        /// All are taken by other workers, or there is no time left to wait for one.
        case full
    }

    /// Waits for a slot until the deadline.
    func take(_ source: Source, until deadline: ContinuousClock.Instant) async -> Taking {
        while true {
            do {
                let slot = try await session.withConnection {
                    try await $0.query(Self.lock, source.institution.rawValue, Int32(source.maxConnections))
                        .decode(Int.self).first
                }
                if let slot { return .taken(slot) }
            } catch {
                logger.debug("connection slots cannot be kept", metadata: ["reason": "\(error)"])
                return Task.isCancelled ? .full : .unlimited
            }
            guard .now < deadline, await EventLoop.shared.sleep(for: .milliseconds(100)) != .cancelled else {
                return .full
            }
        }
    }

    func giveBack(_ source: InstitutionNumber, _ slot: Int) async {
        // A session that broke has given everything back already: a new one has nothing to unlock.
        _ = try? await session.withConnection { try await $0.query(Self.unlock, source.rawValue, Int32(slot)) }
    }

    func close() async { await session.closeIdle() }

    /// The key's upper half keeps clear of others' locks: the first letters of this program's name.
    private static let key = "(x'7265'::integer::bigint << 48) | ($1::bigint << 7)"

    private static let lock = Statement(
        prepared: "take_slot",
        """
        SELECT slot FROM generate_series(0, $2 - 1) AS slot WHERE pg_try_advisory_lock((\(key)) | slot) LIMIT 1
        """)

    private static let unlock = Statement(prepared: "give_slot_back", "SELECT pg_advisory_unlock((\(key)) | $2)")
}
