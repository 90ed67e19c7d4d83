import Exchange
import Testing

struct CalendarDayTests {
    @Test(
        "Days are counted from 2000-01-01 as PostgreSQL counts them",
        arguments: [
            ("2000-01-01", 0), ("1999-12-31", -1), ("2000-02-29", 59), ("2000-03-01", 60), ("1970-01-01", -10957),
            ("2026-11-24", 9824), ("1900-03-01", -36465), ("1900-02-28", -36466), ("0001-01-01", -730_119),
            ("9999-12-31", 2_921_939),
        ] as [(String, Int32)])
    func counting(_ text: String, _ days: Int32) throws {
        let day = try #require(CalendarDay(text))
        #expect(day.daysSince2000 == days)
        #expect(CalendarDay(daysSince2000: days) == day)
        #expect(day.description == text)
    }

    @Test("Every day from 1790 to 2210 has the number after the day before it")
    func everyDay() throws {
        let first = try #require(CalendarDay("1790-01-01"))
        let last = try #require(CalendarDay("2210-12-31"))
        var before = try #require(CalendarDay(daysSince2000: first.daysSince2000 - 1))
        for days in first.daysSince2000...last.daysSince2000 {
            let day = try #require(CalendarDay(daysSince2000: days))
            try #require(day.daysSince2000 == days)
            try #require(before < day)
            try #require(CalendarDay(day.description) == day)
            before = day
        }
    }

    @Test(
        "What is no day is refused",
        arguments: [
            "", "2014", "2014-6-30", "2014-06-31", "2014-13-01", "2014-00-01", "2014-01-00", "2015-02-29", "1900-02-29",
            "0000-01-01", "2014/06/30", "20140630", "2014-06-30 ", "2014-06-3x", "infinity", "+014-06-30",
        ])
    func refused(_ text: String) {
        #expect(CalendarDay(text) == nil)
    }

    @Test("Numbers of days outside the years 1 to 9999 are refused", arguments: [Int32.min, -730_120, 2_921_940, .max])
    func outside(_ days: Int32) {
        #expect(CalendarDay(daysSince2000: days) == nil)
    }
}
