import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// A source that is not to be asked now is not asked, and the order says why and until when.
@Suite struct PauseTests {
    struct Pause: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sql: String
        let kind: String
        let words: String
    }

    static let pauses = [
        Pause(
            testDescription: "paused until a moment",
            sql: "SELECT resutveksl.pause_source(204, now() + interval '3 hours', 'moving house')", kind: "paused",
            words: "moving house"),
        Pause(
            testDescription: "paused until further notice", sql: "SELECT resutveksl.pause_source(204)",
            kind: "paused", words: "paused"),
        Pause(
            testDescription: "in the maintenance window of every day",
            sql: window("NULL", from: "-1 minute", to: "10 minutes"), kind: "maintenance", words: "until"),
        Pause(
            testDescription: "in the maintenance window of this weekday",
            sql: window("extract(isodow FROM here - interval '1 minute')", from: "-1 minute", to: "10 minutes"),
            kind: "maintenance", words: "until"),
        Pause(
            testDescription: "in a maintenance window that goes over midnight, whatever the hour",
            sql: window("NULL", from: "-1 minute", to: "-2 minutes"), kind: "maintenance", words: "until"),
    ]

    private static func window(_ weekday: String, from start: String, to end: String) -> String {
        """
        INSERT INTO resutveksl.maintenance_windows (source, weekday, starts_at, ends_at)
        SELECT 204, \(weekday), (here + interval '\(start)')::time, (here + interval '\(end)')::time
        FROM (SELECT now() AT TIME ZONE 'Europe/Oslo' AS here) AS clock
        """
    }

    @Test("a source is left alone while it is", arguments: pauses)
    func leftAlone(_ pause: Pause) async throws {
        let playground = try await Playground.make(203)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        let listener = try SilentListener()
        try await playground.register(204, listener.connectionString)
        try await playground.own(pause.sql)
        let order = try await playground.order(Playground.person1)
        let summary = try await playground.run()
        try await playground.expect(
            ExpectedFault("paused", pause.kind, words: pause.words), of: order, in: summary)
        try await playground.expectUnharmed(order, in: summary)
        #expect(listener.knocks() == 0)
        let days = try await playground.value(
            "SELECT concat_ws('|', attempts, attempt_days, outage_days) FROM resutveksl.transfers WHERE source = 204")
        #expect(days == "1|0|0", "it uses up no day")
    }

    struct Moment: Sendable, CustomTestStringConvertible {
        /// What is entered, and when one looks; local times.
        let window: String
        let at: String
        let until: String?

        var testDescription: String { "\(window) at \(at)" }
    }

    /// 23.11.2026 is a Monday.
    static let moments = [
        Moment(window: "NULL, '02:00', '04:00'", at: "2026-11-23 01:59:59.999+01", until: nil),
        Moment(window: "NULL, '02:00', '04:00'", at: "2026-11-23 02:00:00+01", until: "23.11.2026 04:00"),
        Moment(window: "NULL, '02:00', '04:00'", at: "2026-11-23 03:59:59.999+01", until: "23.11.2026 04:00"),
        Moment(window: "NULL, '02:00', '04:00'", at: "2026-11-23 04:00:00+01", until: nil),
        Moment(window: "1, '02:00', '04:00'", at: "2026-11-23 03:00:00+01", until: "23.11.2026 04:00"),
        Moment(window: "2, '02:00', '04:00'", at: "2026-11-23 03:00:00+01", until: nil),
        Moment(window: "NULL, '22:00', '03:00'", at: "2026-11-23 21:59:59+01", until: nil),
        Moment(window: "NULL, '22:00', '03:00'", at: "2026-11-23 23:30:00+01", until: "24.11.2026 03:00"),
        Moment(window: "NULL, '22:00', '03:00'", at: "2026-11-24 02:59:59+01", until: "24.11.2026 03:00"),
        Moment(window: "NULL, '22:00', '03:00'", at: "2026-11-24 03:00:00+01", until: nil),
        Moment(window: "7, '22:00', '03:00'", at: "2026-11-23 02:00:00+01", until: "23.11.2026 03:00"),
        Moment(window: "7, '22:00', '03:00'", at: "2026-11-23 22:30:00+01", until: nil),
        Moment(window: "1, '22:00', '03:00'", at: "2026-11-23 02:00:00+01", until: nil),
        Moment(window: "NULL, '02:00', '04:00'", at: "2026-03-29 03:30:00+02", until: "29.03.2026 04:00"),
        Moment(window: "NULL, '01:00', '02:30'", at: "2026-10-25 02:15:00+02", until: "25.10.2026 02:30"),
        Moment(window: "NULL, '01:00', '02:30'", at: "2026-10-25 02:15:00+01", until: "25.10.2026 02:30"),
        Moment(window: "NULL, '01:00', '02:30'", at: "2026-10-25 02:30:00+01", until: nil),
    ]

    private static let playground = Task { try await Playground.make(204) }

    @Test("a maintenance window begins and ends at local times, its end not included", .serialized, arguments: moments)
    func edges(_ moment: Moment) async throws {
        let playground = try await Self.playground.value
        let until = try await playground.store.pool.withConnection { connection in
            try await connection.withTransaction { transaction in
                _ = try await transaction.query("DELETE FROM resutveksl.maintenance_windows")
                _ = try await transaction.query(
                    Statement("INSERT INTO resutveksl.maintenance_windows VALUES (204, \(moment.window))"))
                return try await transaction.query(
                    "SELECT resutveksl.local_minute(resutveksl.maintenance_until(204, $1::text::timestamptz))",
                    moment.at
                ).single(String?.self)
            }
        }
        #expect(until == moment.until)
    }
}
