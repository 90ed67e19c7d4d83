/// A calendar day, without time or zone, as PostgreSQL's `date` counts it.
package struct PostgresDate: Hashable, Comparable, Sendable, PostgresEncodable, CustomStringConvertible {
    /// Days since 1 January 2000, the origin of PostgreSQL's binary form.
    package let daysSince2000: Int32

    package init(daysSince2000: Int32) { self.daysSince2000 = daysSince2000 }

    package static func < (left: Self, right: Self) -> Bool { left.daysSince2000 < right.daysSince2000 }

    /// Year, month (1–12) and day (1–31) in the proleptic Gregorian calendar.
    package var components: (year: Int, month: Int, day: Int) {
        // Civil-from-days over eras of 400 years that start in March, so that the leap day is the last of a year.
        let shifted = Int(daysSince2000) + 730_425
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    package init(year: Int, month: Int, day: Int) {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        daysSince2000 = Int32(clamping: era * 146_097 + dayOfEra - 730_425)
    }

    /// ISO 8601, `2026-11-24`.
    package var description: String {
        let (year, month, day) = components
        return "\(year.padded(to: 4))-\(month.padded(to: 2))-\(day.padded(to: 2))"
    }

    package static var postgresType: TypeIdentifier { .date }
    package var postgresForm: ParameterForm { .text(description) }
}

extension BinaryInteger {
    func padded(to width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
