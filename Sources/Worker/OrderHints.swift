import Logging
import Postgres
import Store

/// Listens to what the own database says about new orders, and rings.
///
/// Only a hint: whatever is lost with a connection is found by looking. Back-off and one log line while it cannot listen.
struct OrderHints {
    let store: Store
    let bell: Bell
    let logger: Logger
    /// How long the connection may be silent before it is tried.
    let patience: Duration

    private static let channel = "resutveksl_orders"

    /// Listens until the task is cancelled.
    func listen() async {
        var pause = Duration.milliseconds(100)
        var isAway = false
        while !Task.isCancelled {
            do throws(PostgresError) {
                let connection = try await open()
                if isAway { logger.notice("listening for orders again") }
                (isAway, pause) = (false, .milliseconds(100))
                // What was said while nobody listened.
                bell.ring()
                try await listen(on: connection)
            } catch {
                if Task.isCancelled { return }
                if !isAway {
                    logger.warning(
                        "cannot listen for orders; looking for them only",
                        metadata: ["reason": "\(error)", "sqlstate": "\(error.sqlState ?? "")"])
                }
                isAway = true
                _ = await EventLoop.shared.sleep(for: pause)
                pause = min(pause * 2, .seconds(10))
            }
        }
    }

    private func open() async throws(PostgresError) -> Connection {
        let options = ConnectionOptions(connectTimeout: .seconds(10), statementTimeout: .seconds(10))
        let connection = try await Connection.connect(store.pool.string, options: options, logger: logger)
        try await connection.listen(to: Self.channel)
        return connection
    }

    private func listen(on connection: Connection) async throws(PostgresError) {
        do throws(PostgresError) {
            while true {
                if try await connection.nextNotification(until: .now + patience) != nil {
                    bell.ring()
                } else {
                    // A line that was cut without a word would be silent for ever.
                    _ = try await connection.query("SELECT")
                }
            }
        } catch {
            await connection.close()
            throw error
        }
    }
}
