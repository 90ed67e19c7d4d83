import Foundation
import Testing

/// When the timers come, as systemd itself computes it.
@Suite(.enabled(if: UnitFolder.isUsable, "systemd-analyze is not on this machine"))
struct TimerTests {
    /// The next moments of a calendar expression, in UTC.
    private func moments(_ expression: String, after: String, count: Int = 3) async throws -> [String] {
        let finished = try await Command(
            ["systemd-analyze", "calendar", "--base-time=\(after)", "--iterations=\(count)", expression],
            environment: ["TZ": "UTC"]
        ).finished()
        #expect(finished.status == 0, "\(finished.errors)")
        return finished.output.matches(of: /(?:Next elapse|Iter\. #[0-9]+): (?:\(in UTC\): )?(.*) UTC/).map {
            String($0.output.1)
        }
    }

    @Test(
        "the nightly timer comes once in the night in which clocks are changed, at 04:15 in Oslo",
        arguments: [
            (
                "2026-03-27 12:00 UTC",
                ["Sat 2026-03-28 03:15:00", "Sun 2026-03-29 02:15:00", "Mon 2026-03-30 02:15:00"]
            ),
            (
                "2026-10-23 12:00 UTC",
                ["Sat 2026-10-24 02:15:00", "Sun 2026-10-25 03:15:00", "Mon 2026-10-26 03:15:00"]
            ),
        ])
    func nights(after: String, expected: [String]) async throws {
        for timer in ["resutveksl.timer", "resutveksl@.timer"] {
            let expression = try #require(try UnitFolder.value(of: "OnCalendar", in: timer))
            #expect(try await moments(expression, after: after) == expected)
        }
    }

    /// Why the timer is not at 02:30: what is looked at above can go wrong.
    @Test("a timer between 02:00 and 03:00 leaves out the night in which clocks are put forward")
    func gap() async throws {
        let moments = try await moments("*-*-* 02:30:00 Europe/Oslo", after: "2026-03-27 12:00 UTC")
        #expect(!moments.contains { $0.contains("2026-03-29") })
    }

    @Test("jitter and accuracy of the nightly timer stay within the horizon of a run")
    func jitter() async throws {
        let schema = try String(
            contentsOf: UnitFolder.repository.appending(path: "migrations/0001-institutions.sql"), encoding: .utf8)
        #expect(schema.contains("due_horizon interval NOT NULL DEFAULT '15 minutes'"))
        var microseconds = 0
        for name in ["RandomizedDelaySec", "AccuracySec"] {
            let span = try #require(try UnitFolder.value(of: name, in: "resutveksl.timer"))
            let finished = try await Command(
                ["systemd-analyze", "timespan", span], environment: ["LANG": "C.UTF-8"]
            ).finished()
            let line = try #require(finished.output.firstMatch(of: /s: ([0-9]+)/))
            microseconds += try #require(Int(line.output.1))
        }
        #expect(microseconds > 0)
        #expect(microseconds < 15 * 60 * 1_000_000)
        #expect(try UnitFolder.value(of: "Persistent", in: "resutveksl.timer") == "true")
    }

    @Test("the report comes every morning at 07:00 in Oslo, after the nightly run and its tries, and is made up for")
    func report() async throws {
        let expression = try #require(try UnitFolder.value(of: "OnCalendar", in: "resutveksl-report.timer"))
        let moments = try await moments(expression, after: "2026-10-24 00:00 UTC", count: 2)
        #expect(moments == ["Sat 2026-10-24 05:00:00", "Sun 2026-10-25 06:00:00"])
        #expect(try UnitFolder.value(of: "Persistent", in: "resutveksl-report.timer") == "true")
    }

    @Test("the refresh comes on Fridays at 18:00 in Oslo, summer and winter, and is made up for")
    func refresh() async throws {
        let expression = try #require(try UnitFolder.value(of: "OnCalendar", in: "resutveksl-refresh.timer"))
        let moments = try await moments(expression, after: "2027-03-26 00:00 UTC", count: 2)
        #expect(moments == ["Fri 2027-03-26 17:00:00", "Fri 2027-04-02 16:00:00"])
        #expect(try UnitFolder.value(of: "Persistent", in: "resutveksl-refresh.timer") == "true")
    }
}
