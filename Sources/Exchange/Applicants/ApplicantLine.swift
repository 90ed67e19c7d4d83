/// A line of a list of applicants, as it stands there; what is wrong with its numbers is judged where they are needed.
package struct ApplicantLine: Hashable, Sendable, Redacted {
    /// As an editor counts, from 1.
    package let line: Int
    package let application: String
    package let person: String

    package init(line: Int, application: String, person: String) {
        self.line = line
        self.application = application
        self.person = person
    }

    package var description: String { "line \(line)" }
}

/// A line that cannot be read as an application number and a person number.
package struct BrokenLine: Hashable, Sendable {
    package let line: Int
    package let fault: Fault

    package enum Fault: Error, Hashable, Sendable {
        case fields(Int, expected: Int)
        /// The same, where the list has no header that could say which of them the two are.
        case unnamedFields(Int)
        /// Without a single digit, where a header could stand.
        case unknownHeader
        case notUTF8
        case openQuote
        case controlCharacter
    }

    package init(line: Int, fault: Fault) {
        self.line = line
        self.fault = fault
    }

    /// What is wrong, without a word of what stands on the line.
    package var reason: String {
        switch fault {
        case .fields(let count, let expected):
            "it has \(count) \(count == 1 ? "field" : "fields") and not \(expected)"
        case .unnamedFields(let count):
            "it has \(count) fields and not 2, and no header calls both columns by known names (søknadsnr, fnr)"
        case .unknownHeader:
            "it is no applicant, and as a header it does not call both columns by known names (søknadsnr, fnr)"
        case .notUTF8: "it is not UTF-8 text"
        case .openQuote: "a quotation mark is not closed on it"
        case .controlCharacter: "it has a control character in it"
        }
    }
}
