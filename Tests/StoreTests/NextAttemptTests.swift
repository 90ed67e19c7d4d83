import Postgres
import Store
import Testing

/// The rule of design: the same time the next day (docs/states.md has the table of cases).
@Suite struct NextAttemptTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let lastDue: String
        let timeOfDay: String
        let now: String
        let next: String

        init(_ description: String, lastDue: String, timeOfDay: String, now: String, next: String) {
            testDescription = description
            self.lastDue = lastDue
            self.timeOfDay = timeOfDay
            self.now = now
            self.next = next
        }
    }

    /// Times are local in Europe/Oslo with their offset; `next` is UTC.
    static let cases = [
        Case(
            "the next night", lastDue: "2026-11-23 02:30:00+01", timeOfDay: "02:30:05", now: "2026-11-23 02:30:20+01",
            next: "2026-11-24 01:30:05"),
        Case(
            "ordered at 14:03, first asked at night", lastDue: "2026-11-23 14:03:00+01", timeOfDay: "02:30:05",
            now: "2026-11-24 02:30:20+01", next: "2026-11-25 01:30:05"),
        Case(
            "the timer came 35 seconds early", lastDue: "2026-11-24 02:30:05+01", timeOfDay: "02:30:05",
            now: "2026-11-24 02:29:40+01", next: "2026-11-25 01:30:05"),
        Case(
            "the timer came early over midnight", lastDue: "2026-11-25 00:05:00+01", timeOfDay: "00:05:00",
            now: "2026-11-24 23:59:00+01", next: "2026-11-25 23:05:00"),
        Case(
            "the run crossed midnight", lastDue: "2026-11-23 23:59:45+01", timeOfDay: "23:59:50",
            now: "2026-11-24 00:00:05+01", next: "2026-11-24 22:59:50"),
        Case(
            "the timer made up for the night of the spring gap at 03:00", lastDue: "2026-03-29 03:00:05+02",
            timeOfDay: "03:00:05", now: "2026-03-29 03:00:20+02", next: "2026-03-30 01:00:05"),
        Case(
            "the night of the spring gap was let pass", lastDue: "2026-03-29 03:30:00+02", timeOfDay: "02:30:00",
            now: "2026-03-30 02:30:20+02", next: "2026-03-31 00:30:00"),
        Case(
            "the night of the repeated hour was let pass", lastDue: "2026-10-25 02:30:00+01", timeOfDay: "02:30:00",
            now: "2026-10-26 02:30:20+01", next: "2026-10-27 01:30:00"),
        Case(
            "the day before the spring gap", lastDue: "2026-03-28 02:30:00+01", timeOfDay: "02:30:00",
            now: "2026-03-28 02:30:20+01", next: "2026-03-29 01:30:00"),
        Case(
            "on the day of the spring gap", lastDue: "2026-03-29 03:30:00+02", timeOfDay: "02:30:00",
            now: "2026-03-29 03:30:20+02", next: "2026-03-30 00:30:00"),
        Case(
            "two days after the spring gap", lastDue: "2026-03-30 02:30:00+02", timeOfDay: "02:30:00",
            now: "2026-03-30 02:30:20+02", next: "2026-03-31 00:30:00"),
        Case(
            "into the repeated autumn hour", lastDue: "2026-10-24 02:30:00+02", timeOfDay: "02:30:00",
            now: "2026-10-24 02:30:20+02", next: "2026-10-25 01:30:00"),
        Case(
            "failed in the first of the repeated hours", lastDue: "2026-10-25 02:30:00+02", timeOfDay: "02:30:00",
            now: "2026-10-25 02:30:20+02", next: "2026-10-26 01:30:00"),
        Case(
            "failed in the second of the repeated hours", lastDue: "2026-10-25 02:30:00+01", timeOfDay: "02:30:00",
            now: "2026-10-25 02:30:20+01", next: "2026-10-26 01:30:00"),
        Case(
            "the worker was away for days", lastDue: "2026-11-10 02:30:00+01", timeOfDay: "02:30:00",
            now: "2026-11-24 12:00:00+01", next: "2026-11-25 01:30:00"),
        Case(
            "away, and back just before the time of day", lastDue: "2026-11-10 02:30:00+01", timeOfDay: "02:30:00",
            now: "2026-11-24 02:20:00+01", next: "2026-11-25 01:30:00"),
        Case(
            "away, and back well before the time of day", lastDue: "2026-11-10 02:30:00+01", timeOfDay: "02:30:00",
            now: "2026-11-24 02:00:00+01", next: "2026-11-24 01:30:00"),
    ]

    /// One own database for all cases: nothing is written.
    private static let playground = Task { try await Playground.make() }

    @Test("the next attempt is at the same local time, whatever the session's time zone", arguments: cases)
    func next(_ example: Case) async throws {
        let playground = try await Self.playground.value
        for zone in ["UTC", "Europe/Oslo", "Pacific/Auckland"] {
            let next = try await playground.store.pool.withConnection { connection in
                try await connection.execute(script: "SET TimeZone = '\(zone)'")
                return try await connection.query(
                    """
                    SELECT (resutveksl.next_attempt($1::text::timestamptz, $2::text::time, $3::text::timestamptz,
                        interval '15 minutes', 'Europe/Oslo') AT TIME ZONE 'UTC')::text
                    """, example.lastDue, example.timeOfDay, example.now
                ).single(String.self)
            }
            #expect(next == example.next, "with session time zone \(zone)")
        }
    }

    @Test("chained over a year of nights, the local time never drifts but on the night that has none")
    func noDrift() async throws {
        let playground = try await Self.playground.value
        let exceptions = try await playground.value(
            """
            WITH RECURSIVE nights (due, n) AS (
                SELECT timestamptz '2026-01-01 02:30+01', 1
                UNION ALL
                SELECT resutveksl.next_attempt(due, '02:30', due + interval '20 seconds', interval '15 minutes',
                    'Europe/Oslo'), n + 1
                FROM nights WHERE n < 365
            )
            SELECT string_agg((due AT TIME ZONE 'Europe/Oslo')::text, ', ') || ' of ' || count(DISTINCT n)
            FROM nights WHERE (due AT TIME ZONE 'Europe/Oslo')::time <> '02:30'
            """)
        #expect(exceptions == "2026-03-29 03:30:00 of 1")
        let days = try await playground.value(
            """
            WITH RECURSIVE nights (due, n) AS (
                SELECT timestamptz '2026-01-01 02:30+01', 1
                UNION ALL
                SELECT resutveksl.next_attempt(due, '02:30', due + interval '20 seconds', interval '15 minutes',
                    'Europe/Oslo'), n + 1
                FROM nights WHERE n < 365
            )
            SELECT count(DISTINCT (due AT TIME ZONE 'Europe/Oslo')::date) FROM nights
            """)
        #expect(days == "365")
    }
}
