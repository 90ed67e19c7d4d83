/// A day of the Gregorian calendar, without time of day or time zone.
///
/// The same range and arithmetic as PostgreSQL's `date` in the years 1 to 9999, so that a day comes and goes as its number
/// of days since 2000-01-01, which is what that type is on the wire. What day it is today is asked of the database.
package struct CalendarDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    package let day: Int

    /// - Returns: `nil` if there is no such day, or the year is outside 1...9999.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `2014-06-30`, ISO 8601's extended form with all its digits.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// - Returns: `nil` outside the years 1...9999; so also for PostgreSQL's `infinity`.
    package init?(daysSince2000: Int32) {
        guard (-730_119...2_921_939).contains(daysSince2000) else { return nil }
        // Counted from 1 March of year 0, so that the leap day ends a year and a cycle of 400 years is 146 097 days.
        let days = Int(daysSince2000) + Self.daysFromMarchOfYear0To2000
        let dayOfCycle = days % 146_097
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfCycle + days / 146_097 * 400 + (month <= 2 ? 1 : 0)
        self.init(year: year, month: month, day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    /// Days since 2000-01-01; negative before.
    package var daysSince2000: Int32 {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let leapDays = yearFromMarch / 4 - yearFromMarch / 100 + yearFromMarch / 400
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return Int32(yearFromMarch * 365 + leapDays + dayOfYear - Self.daysFromMarchOfYear0To2000)
    }

    /// ISO 8601: `2014-06-30`.
    package var description: String {
        let year = String(repeating: "0", count: 4 - String(year).utf8.count) + String(year)
        return "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
    }

    package static func < (left: CalendarDay, right: CalendarDay) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    private static let daysFromMarchOfYear0To2000 = 730_425

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        var number = 0
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            number = number * 10 + Int(byte - 0x30)
        }
        return number
    }
}
