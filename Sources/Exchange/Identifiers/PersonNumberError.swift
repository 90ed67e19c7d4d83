/// Why a text is no person number, told without repeating any of it.
package enum PersonNumberError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Ten digits: the leading zero was lost, as it is wherever person numbers are treated as numbers.
    case tenDigits

    /// Another number of digits than eleven; how many there were.
    case wrongLength(Int)

    /// Something that is not a digit, or a space that does not stand after the sixth digit.
    case notDigits

    /// The first six digits are no date in any reading.
    case noSuchDate

    /// The tenth digit does not follow from those before it.
    case controlDigit1

    /// The eleventh digit does not follow from those before it.
    case controlDigit2

    /// A sentence for a person: what is wrong and what to do.
    package var description: String {
        switch self {
        case .tenDigits:
            "A person number has eleven digits and this one has ten: a leading zero was probably lost, put it back."
        case .wrongLength(let count):
            "A person number has eleven digits and this one has \(count)."
        case .notDigits:
            "A person number has digits only, with at most one space after the sixth."
        case .noSuchDate:
            "The first six digits of the person number are no date, with none of the marks that D-numbers, "
                + "S-numbers and the like have."
        case .controlDigit1:
            "The first control digit (the tenth digit) of the person number is wrong: look for a mistyped digit."
        case .controlDigit2:
            "The second control digit (the eleventh digit) of the person number is wrong: look for a mistyped digit."
        }
    }
}
