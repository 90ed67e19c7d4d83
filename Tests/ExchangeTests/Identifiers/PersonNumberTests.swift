import Exchange
import Testing

struct PersonNumberTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let digits: String
        let kind: PersonNumber.Kind
        let rule: PersonNumber.Rule
        let note: String

        init(_ digits: String, _ kind: PersonNumber.Kind, _ rule: PersonNumber.Rule = .today, _ note: String = "") {
            self.digits = digits
            self.kind = kind
            self.rule = rule
            self.note = note
        }

        var testDescription: String { "\(kind.rawValue) \(note)" }
    }

    static let valid: [Vector] = [
        Vector("01536112185", .sNumber, .today, "Testperson1, 01.03.1961"),
        Vector("19588312510", .sNumber, .today, "Testperson2, 19.08.1983"),
        Vector("13097248022", .birthNumber),
        Vector("29029648784", .birthNumber, .today, "leap day"),
        Vector("29020075838", .birthNumber, .today, "leap day 2000"),
        Vector("15021951940", .birthNumber),
        Vector("53097248016", .dNumber, .today, "day + 40"),
        Vector("13527248013", .helpNumber, .today, "month + 40"),
        Vector("10915596784", .tenorSynthetic, .today, "month + 80"),
        Vector("68467038838", .dHelpNumber),
        Vector("50846202355", .dTenorSynthetic),
        Vector("02013299997", .birthNumber, .today, "made for 2032, passes today's rule"),
        Vector("30108299920", .birthNumber, .today, "made for 2032, passes today's rule"),
        Vector("30108299939", .birthNumber, .from2032, "first control digit leaves 1"),
    ]

    @Test("A valid number is read as its kind, under the strictest rule that it satisfies", arguments: valid)
    func kinds(_ vector: Vector) throws {
        let number = try PersonNumber(vector.digits)
        #expect(number.kind == vector.kind)
        #expect(number.rule == vector.rule)
        #expect(number.digits == vector.digits)
        #expect(number.isUsableBetweenInstitutions)
    }

    @Test("Under today's rule alone, numbers that need the rule of 2032 are refused and no others", arguments: valid)
    func todayOnly(_ vector: Vector) {
        if vector.rule == .today {
            #expect(throws: Never.self) { try PersonNumber(vector.digits, accepting: .today) }
        } else {
            #expect(throws: PersonNumberError.controlDigit1) { try PersonNumber(vector.digits, accepting: .today) }
        }
    }

    @Test(
        "A number that is none is refused under both rules, with the reason",
        arguments: [
            ("13097248032", PersonNumberError.controlDigit1),
            ("13097248023", .controlDigit2),
            ("32127248022", .noSuchDate),  // day 32
            ("13137248022", .noSuchDate),  // month 13
            ("29020112345", .noSuchDate),  // 29 February in a year that has none
            ("02013299987", .controlDigit1),  // neither control digit fits, under either rule
            ("1536112185", .tenDigits),
            ("00000000000", .noSuchDate),
            ("13007248022", .noSuchDate),
            ("00097248022", .noSuchDate),
            ("72097248022", .noSuchDate),  // day 32 + 40
            ("13637248022", .noSuchDate),  // between the marks
            ("13807248022", .noSuchDate),
            ("13937248022", .noSuchDate),
            ("53597248016", .noSuchDate),  // day + 40 and month + 50 do not go together
        ])
    func refused(_ digits: String, _ expected: PersonNumberError) {
        for rule in PersonNumber.Rule.allCases {
            #expect(throws: expected) { try PersonNumber(digits, accepting: rule) }
        }
    }

    @Test("FS-numbers and FH-numbers are read, and never usable between institutions")
    func unusable() throws {
        let fs = try #require(PersonNumber.make(.fsNumber, day: 1, month: 3, year: 1961, individual: 901))
        #expect(fs.kind == .fsNumber)
        #expect(!fs.isUsableBetweenInstitutions)
        let fh = try PersonNumber("80000000179")
        #expect(fh.kind == .fhNumber)
        #expect(!fh.isUsableBetweenInstitutions)
        #expect(PersonNumber.Kind.allCases.filter { !$0.isUsableBetweenInstitutions } == [.fsNumber, .fhNumber])
    }

    @Test(
        "The personnr alone tells an S-number from an FS-number",
        arguments: [(899, PersonNumber.Kind.sNumber), (900, .fsNumber)])
    func boundaryOfFS(_ individual: Int, _ expected: PersonNumber.Kind) throws {
        for day in 1...28 {
            let made = PersonNumber.make(expected, day: day, month: 5, year: 1990, individual: individual)
            if let made { #expect(made.kind == expected) }
            let other: PersonNumber.Kind = expected == .sNumber ? .fsNumber : .sNumber
            #expect(PersonNumber.make(other, day: day, month: 5, year: 1990, individual: individual) == nil)
        }
    }

    @Test("Where the marks + 40 and + 50 overlap, a number that may be an FS-number is one")
    func overlap() throws {
        let all = (900...999).compactMap { PersonNumber.make(.fsNumber, day: 5, month: 1, year: 1980, individual: $0) }
        #expect(!all.isEmpty)
        #expect(
            (900...999).allSatisfy {
                PersonNumber.make(.helpNumber, day: 5, month: 11, year: 1980, individual: $0) == nil
            })
        // 30 February does not exist, so that 30.52 can only be 30 December + 40.
        let december = (900...999).compactMap {
            PersonNumber.make(.helpNumber, day: 30, month: 12, year: 1980, individual: $0)
        }
        #expect(!december.isEmpty)
    }

    @Test("A real number goes before a D-number, that before an S-number, and an FS-number comes last of these")
    func priorities() {
        let order: [PersonNumber.Kind] = [.birthNumber, .dNumber, .sNumber, .fsNumber]
        for (better, worse) in zip(order, order.dropFirst()) { #expect(better.priority > worse.priority) }
        #expect(PersonNumber.Kind.tenorSynthetic.priority == PersonNumber.Kind.birthNumber.priority)
        #expect(PersonNumber.Kind.dTenorSynthetic.priority == PersonNumber.Kind.dNumber.priority)
    }
}
