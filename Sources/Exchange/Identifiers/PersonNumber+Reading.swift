extension PersonNumber {
    /// The eleven digits of a text as one number.
    ///
    /// One space is accepted where people put it, after the sixth digit. After the fifth of ten digits it is what is left
    /// when a spreadsheet or a numeric column dropped the leading zero, and the error says so.
    static func value(of text: String) throws(PersonNumberError) -> UInt64 {
        var value: UInt64 = 0
        var count = 0
        var gap: Int?
        for scalar in trimmed(text) {
            switch scalar.value {
            case 0x30...0x39:
                count += 1
                // Longer input is only counted, so that the number cannot overflow.
                if count <= 11 { value = value * 10 + UInt64(scalar.value - 0x30) }
            case _ where scalar.properties.isWhitespace && gap == nil:
                gap = count
            default:
                throw .notDigits
            }
        }
        switch (count, gap) {
        case (11, nil), (11, 6): return value
        case (10, nil), (10, 5), (10, 6): throw .tenDigits
        case (11, _), (10, _): throw .notDigits
        default: throw .wrongLength(count)
        }
    }

    private static func trimmed(_ text: String) -> Substring.UnicodeScalarView {
        var scalars = Substring(text).unicodeScalars
        while scalars.first?.properties.isWhitespace == true { scalars.removeFirst() }
        while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
        return scalars
    }
}
