extension PersonNumber {
    /// Builds the number of a kind for a date and an individual number, valid under today's rule.
    ///
    /// For demonstration and test data. A number in use must never come out of this, so data that is shown to anybody is made
    /// with `.tenorSynthetic`, which belongs to nobody.
    ///
    /// - Parameters:
    ///   - kind: the marks to set; `.fhNumber` has no date inside and cannot be made this way.
    ///   - individual: digits 7 to 9. Which are free for a year, `individualNumbers(of:)` tells; S-numbers lie below 900
    ///     and FS-numbers from 900 on, in any year.
    /// - Returns: `nil` if a control digit would be 10 (about one in six: take the next individual number), if the date does
    ///   not exist, or if the digits would be read as another kind or century.
    package static func make(_ kind: Kind, day: Int, month: Int, year: Int, individual: Int) -> PersonNumber? {
        guard CalendarDay(year: year, month: month, day: day) != nil, (0...999).contains(individual) else { return nil }
        let marks: (day: Int, month: Int)
        switch kind {
        case .birthNumber: marks = (0, 0)
        case .dNumber: marks = (40, 0)
        case .sNumber, .fsNumber: marks = (0, 50)
        case .helpNumber: marks = (0, 40)
        case .tenorSynthetic: marks = (0, 80)
        case .dHelpNumber: marks = (40, 40)
        case .dTenorSynthetic: marks = (40, 80)
        case .fhNumber: return nil
        }
        if kind != .sNumber, kind != .fsNumber {
            guard individualNumbers(of: year).contains(where: { $0.contains(individual) }) else { return nil }
        }
        let date = (day + marks.day) * 10_000 + (month + marks.month) * 100 + year % 100
        guard let value = completed(UInt64(date * 1_000 + individual)),
            let number = try? PersonNumber(value: value, accepting: .today), number.kind == kind
        else { return nil }
        return number
    }
}
