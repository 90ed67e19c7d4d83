import Exchange
import Testing

struct PersonNumberReadingTests {
    @Test(
        "A number may be written with a space after the sixth digit and white space around it",
        arguments: [
            "01536112185", "015361 12185", "  01536112185", "01536112185\n", "\t015361 12185 \r\n", "015361\u{A0}12185",
            "\u{A0}01536112185",
        ])
    func accepted(_ text: String) throws {
        #expect(try PersonNumber(text).digits == "01536112185")
    }

    @Test(
        "Anything else is refused with the reason",
        arguments: [
            ("", PersonNumberError.wrongLength(0)),
            ("   ", .wrongLength(0)),
            ("0", .wrongLength(1)),
            ("015361121850", .wrongLength(12)),
            ("015361121850153611218501536112185", .wrongLength(33)),
            ("015361-12185", .notDigits),
            ("015361  12185", .notDigits),
            ("0153 6112185", .notDigits),
            ("01536 112185", .notDigits),
            ("015361 121 85", .notDigits),
            ("0153611218S", .notDigits),
            ("+1536112185", .notDigits),
            ("٠١٥٣٦١١٢١٨٥", .notDigits),
            ("０１５３６１１２１８５", .notDigits),
            ("01536112185\0", .notDigits),
            ("1536112185", .tenDigits),
            ("15361 12185", .tenDigits),
        ])
    func refused(_ text: String, _ expected: PersonNumberError) {
        #expect(throws: expected) { try PersonNumber(text) }
    }

    @Test("A lost leading zero is explained")
    func leadingZero() {
        #expect(PersonNumberError.tenDigits.description.contains("leading zero"))
    }

    @Test("No reason repeats the number that was given")
    func reasonsHoldNoDigits() {
        let texts = ["1536112185", "13097248032", "13097248023", "32127248022", "0153611218S", "015361121850"]
        for text in texts {
            do {
                _ = try PersonNumber(text)
                Issue.record("accepted")
            } catch {
                #expect(!error.description.contains(text.prefix(4)))
                #expect(!String(reflecting: error).contains(text.prefix(4)))
                #expect(error.description.hasSuffix("."))
            }
        }
    }

    @Test("The century that the individual digits tell decides about 29 February, as long as they tell one")
    func centuries() throws {
        // Individual number 0 to 499 is 1900 today, which was no leap year; from 2032 it may be 2000, which was one.
        let number = try #require(
            (0...499).lazy.compactMap { individual in
                completing("290200" + padded(individual))
            }.first)
        #expect(try PersonNumber(number).kind == .birthNumber)
        #expect(throws: PersonNumberError.noSuchDate) { try PersonNumber(number, accepting: .today) }
        // Numbers made by FS never told a century.
        let made =
            PersonNumber.make(.sNumber, day: 29, month: 2, year: 2000, individual: 121)
            ?? PersonNumber.make(.sNumber, day: 29, month: 2, year: 2000, individual: 122)
        let temporary = try #require(made)
        #expect(try PersonNumber(temporary.digits, accepting: .today).kind == .sNumber)
    }

    @Test("From 2032 the individual digits tell neither century nor sex: with each of them the date may exist")
    func individualDigits() {
        // 1900 was no leap year and 2000 was one; odd digits used to mean a man, even ones a woman.
        let read = stride(from: 0, to: 1000, by: 3).filter { individual in
            completing("290200" + padded(individual)).flatMap { try? PersonNumber($0) }?.kind == .birthNumber
        }
        // For about one in six there are no control digits at all.
        #expect(read.count > 334 * 3 / 4)
        for parity in 0...1 { #expect(read.count { $0 % 2 == parity } > 100) }
        for century in 0..<10 { #expect(read.contains { $0 / 100 == century }) }
    }

    /// The first pair of control digits that makes nine digits a number, tried out one by one.
    private func completing(_ nine: String) -> String? {
        for digits in 0...99 {
            let text = nine + (digits < 10 ? "0" : "") + String(digits)
            if let number = try? PersonNumber(text), number.rule == .today { return text }
        }
        return nil
    }

    private func padded(_ individual: Int) -> String {
        String(repeating: "0", count: 3 - String(individual).utf8.count) + String(individual)
    }
}
