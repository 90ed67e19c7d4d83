import Glibc
import Postgres

/// One order that is waited for.
struct Visit: Sendable {
    /// From the moment at which the order was to be placed.
    struct Times: Sendable {
        let visible: Duration
        /// Nil where some sources are dark, and the order cannot be completed.
        let completed: Duration?
    }

    /// So long before its moment a visit begins.
    static let lead = Duration.milliseconds(20)

    /// Where orders are placed and looked for, as a case workers' system would: connections that are open already.
    let sessions: ConnectionPool
    let person: Int64
    let number: String
    /// How many results there are to be fetched.
    let rows: Int
    /// Sources whose results are not waited for; with some, nor is the order's completion.
    let quiet: [Int32]
    /// A query that tells whether what is looked at still goes on; what was seen after it is worth nothing.
    let condition: String?

    func pay(at due: ContinuousClock.Instant) async throws -> Times? {
        try await Task.sleep(until: due, clock: .continuous)
        let began = Self.serverTime - Self.microseconds(.now - due)
        let order = try await sessions.withConnection {
            try await $0.query(Self.place, number).single(Int64.self)
        }
        let visible = try await moment(Self.visible, person, Int64(rows), quiet)
        if let condition {
            let goesOn = try await sessions.withConnection {
                try await $0.query(Statement(condition)).single(Bool.self)
            }
            if !goesOn { return nil }
        }
        let completed = quiet.isEmpty ? try await moment(Self.completed, order) : nil
        return Times(
            visible: .microseconds(visible - began), completed: completed.map { .microseconds($0 - began) })
    }

    private static let place = Statement(prepared: "place", "SELECT order_number FROM resutveksl.place_order($1)")

    private static let visible = Statement(
        prepared: "visible",
        """
        SELECT CASE WHEN count(*) >= $2 THEN max(pg_xact_commit_timestamp(r.xmin)) END
        FROM resutveksl.external_studies s JOIN resutveksl.external_results r USING (study_id)
        WHERE s.person_id = $1 AND r.source <> ALL ($3)
        """)

    private static let completed = Statement(
        prepared: "completed",
        """
        SELECT CASE WHEN state = 'completed' THEN pg_xact_commit_timestamp(xmin) END
        FROM resutveksl.orders WHERE order_number = $1
        """)

    /// Waits until another session sees it, for at most a minute, and tells when it was committed.
    ///
    /// Looks now and then only: on the same cores, a session that looked all the time would take from what is measured.
    ///
    /// - Returns: microseconds since 2000.
    private func moment(_ question: Statement, _ values: any PostgresEncodable...) async throws -> Int64 {
        let began = ContinuousClock.now
        while true {
            let moment = try await sessions.withConnection {
                try await $0.query(question, arguments: values).single(PostgresTimestamp?.self)
            }
            if let moment { return moment.microsecondsSince2000 }
            let waited = ContinuousClock.now - began
            if waited > .seconds(60) { throw BenchError("an order was not fetched within a minute") }
            try await Task.sleep(for: max(.milliseconds(15), waited / 20))
        }
    }

    /// The clock of the server, which runs on this machine: microseconds since 2000.
    private static var serverTime: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return (Int64(time.tv_sec) - 946_684_800) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    private static func microseconds(_ duration: Duration) -> Int64 { Int64(duration / .microseconds(1)) }
}
