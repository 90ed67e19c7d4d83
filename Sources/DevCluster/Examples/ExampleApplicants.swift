import Exchange

/// A list of applicants as CSV, with bad lines of every kind, and what is to be said about them.
package struct ExampleApplicants: Sendable {
    /// A line that is to be refused.
    package struct Bad: Sendable {
        package let line: Int
        /// Part of the reason that is to be given.
        package let reason: String
    }

    /// The whole file: UTF-8 with a byte order mark, header, semicolons, carriage returns.
    package let file: [UInt8]
    package let bad: [Bad]
    /// Numbers of persons on bad lines who must have answered N for theirs to be one.
    package let refusing: [String]
    package let goodCount: Int

    /// - Parameters:
    ///   - count: lines, bad ones included.
    ///   - badCount: spread over the list.
    package init(count: Int, badCount: Int = 0) {
        let pool = PersonPool(count: count).persons.map(\.number)
        var file: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("søknadsnr;fødselsnummer\r\n".utf8)
        var bad: [Bad] = []
        var refusing: [String] = []
        let step = badCount > 0 ? count / badCount : count + 1
        for index in 0..<count {
            let this = Self.applicant(index, pool)
            if bad.count < badCount, index % step == step - 1 {
                let kind = Self.kinds[bad.count % Self.kinds.count]
                if kind.isRefusal { refusing.append(this.number) }
                // The one before is a good one.
                file += kind.line(this, Self.applicant(index - 1, pool))
                bad.append(Bad(line: index + 2, reason: kind.reason))
            } else {
                file += Array("\(this.application);\(this.number)".utf8)
            }
            file += Array("\r\n".utf8)
        }
        (self.file, self.bad, self.refusing, goodCount) = (file, bad, refusing, count - badCount)
    }

    private static func applicant(_ index: Int, _ pool: [PersonNumber]) -> Applicant {
        Applicant(application: "\(2_000_000 + index)", number: pool[index].digits)
    }

    private struct Applicant: Sendable {
        let application: String
        let number: String
    }

    private struct Kind: Sendable {
        let reason: String
        var isRefusal = false
        /// The line of an applicant who comes after another one.
        let line: @Sendable (_ this: Applicant, _ before: Applicant) -> [UInt8]

        init(
            _ reason: String, isRefusal: Bool = false, end: [UInt8] = [],
            _ line: @escaping @Sendable (_ this: Applicant, _ before: Applicant) -> String
        ) {
            self.reason = reason
            self.isRefusal = isRefusal
            self.line = { Array(line($0, $1).utf8) + end }
        }
    }

    private static let kinds: [Kind] = [
        Kind("1 field and not 2") { this, _ in this.application },
        Kind("3 fields and not 2") { this, _ in "\(this.application);\(this.number);" },
        Kind("ten digits: a leading zero") { this, _ in "\(this.application);\(this.number.dropFirst())" },
        Kind("not eleven digits") { this, _ in "\(this.application);\(this.number)0" },
        Kind("not eleven digits") { this, _ in "\(this.application);ukjent" },
        Kind("control digits") { this, _ in
            "\(this.application);\(this.number.dropLast())\(this.number.hasSuffix("9") ? 8 : 9)"
        },
        Kind("FS-number") { this, _ in "\(this.application);\(completed(from: 155_380_900))" },
        Kind("FH-number") { this, _ in "\(this.application);\(completed(from: 810_000_000))" },
        Kind("no date") { this, _ in "\(this.application);\(completed(from: 151_380_100))" },
        Kind("the person stands on line") { _, before in "\(before.application);\(before.number)" },
        Kind("the application number stands on line") { this, before in "\(before.application);\(this.number)" },
        Kind("application number is missing") { this, _ in ";\(this.number)" },
        Kind("longer than 40 characters") { this, _ in
            "\(String(repeating: this.application, count: 6));\(this.number)"
        },
        Kind("other way round") { this, _ in "\(this.number);\(this.application)" },
        Kind("person number is missing") { this, _ in "\(this.application);\" \"" },
        Kind("answered no", isRefusal: true) { this, _ in "\(this.application);\(this.number)" },
        Kind("not UTF-8", end: [0xF8]) { this, _ in "\(this.application);\(this.number)" },
        Kind("quotation mark") { this, _ in "\(this.application);\"\(this.number)" },
        Kind("control character") { this, _ in "\(this.application)\u{0};\(this.number)" },
    ]

    /// The first number with valid control digits whose nine leading digits are these or later ones.
    private static func completed(from nine: Int) -> String {
        func remainder(_ digits: [Int], _ weights: [Int]) -> Int {
            zip(digits, weights).map { $0 * $1 }.reduce(0, +) % 11
        }
        for candidate in nine... {
            var digits = String(candidate).compactMap(\.wholeNumberValue)
            for weights in [[3, 7, 6, 1, 8, 9, 4, 5, 2], [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]] {
                digits.append((11 - remainder(digits, weights)) % 11)
            }
            if digits.allSatisfy({ $0 < 10 }) { return digits.map(String.init).joined() }
        }
        return ""
    }
}
