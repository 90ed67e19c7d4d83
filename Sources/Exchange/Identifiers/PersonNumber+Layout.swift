extension PersonNumber {
    /// The fields DDMMYYIIIKK of a number, before it is known whether they make sense.
    struct Layout {
        let day: Int
        let month: Int
        let twoDigitYear: Int
        /// Digits 7 to 9, which tell the century until 2032.
        let individual: Int
        /// Digits 7 to 11, FS's column of that name.
        let personnr: Int

        init(_ value: UInt64) {
            let value = Int(value)
            day = value / 1_000_000_000
            month = value / 10_000_000 % 100
            twoDigitYear = value / 100_000 % 100
            personnr = value % 100_000
            individual = personnr / 100
        }

        /// The kind that the marks on day and month tell, or `nil` if no reading of them is a date that exists.
        func kind(_ rule: Rule) -> Kind? {
            if day >= 80 { return .fhNumber }
            let isD = day > 40
            let readings: [(kind: Kind, month: Int)] =
                switch month {
                case 1...12: [(isD ? .dNumber : .birthNumber, month)]
                case 41...50: [(isD ? .dHelpNumber : .helpNumber, month - 40)]
                case 51...52 where isD: [(.dHelpNumber, month - 40)]
                case 51...52: readingsWhereMarksOverlap
                case 53...62 where !isD: [(temporary, month - 50)]
                case 81...92: [(isD ? .dTenorSynthetic : .tenorSynthetic, month - 80)]
                default: []
                }
            let dayOfMonth = isD ? day - 40 : day
            return readings.first { exists(day: dayOfMonth, month: $0.month, as: $0.kind, rule) }?.kind
        }

        /// Month 51 is January + 50 and November + 40, and 52 is February + 50 and December + 40.
        ///
        /// Read as an FS-number wherever it can be one, because such a number must never leave the house; as an S-number
        /// in the range that these are given from; otherwise as a help number. If that date does not exist, as the other.
        private var readingsWhereMarksOverlap: [(kind: Kind, month: Int)] {
            let asTemporary = (kind: temporary, month: month - 50)
            let asHelp = (kind: Kind.helpNumber, month: month - 40)
            let isTemporary = personnr >= 90_000 || (10_000...14_000).contains(personnr)
            return isTemporary ? [asTemporary, asHelp] : [asHelp, asTemporary]
        }

        private var temporary: Kind {
            personnr >= 90_000 ? .fsNumber : .sNumber
        }

        private func exists(day: Int, month: Int, as kind: Kind, _ rule: Rule) -> Bool {
            years(of: kind, rule).contains { CalendarDay(year: $0, month: month, day: day) != nil }
        }

        /// The years that the two digits can mean.
        ///
        /// The individual digits narrow the century down under today's rule, but not in numbers made by FS, not from 2032,
        /// and not where no range was ever laid out for them: then every century counts, so that a date is refused only if
        /// it is surely none.
        private func years(of kind: Kind, _ rule: Rule) -> [Int] {
            let all = [1800, 1900, 2000].map { $0 + twoDigitYear }
            guard rule == .today, kind != .sNumber, kind != .fsNumber else { return all }
            let told = all.filter { year in
                PersonNumber.individualNumbers(of: year).contains { $0.contains(individual) }
            }
            return told.isEmpty ? all : told
        }
    }

    /// The individual numbers (digits 7 to 9) that may be given to those born in a year, under today's rule.
    ///
    /// Source: Skatteetaten's description of the fødselsnummer. Empty for years before 1854 and after 2039.
    package static func individualNumbers(of year: Int) -> [ClosedRange<Int>] {
        switch year {
        case 1854...1899: [500...749]
        case 1900...1939: [0...499]
        case 1940...1999: [0...499, 900...999]
        case 2000...2039: [500...999]
        default: []
        }
    }
}
