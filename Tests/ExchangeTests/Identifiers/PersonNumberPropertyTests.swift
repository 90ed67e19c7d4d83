import Exchange
import Testing

struct PersonNumberPropertyTests {
    /// Kinds that have a date inside, and so can be made.
    static let kinds = PersonNumber.Kind.allCases.filter { $0 != .fhNumber }

    @Test("Every single mistyped digit is found out under today's rule", arguments: kinds)
    func singleDigits(_ kind: PersonNumber.Kind) throws {
        for number in try some(kind, count: 20, seed: 1) {
            let digits = Array(number.digits)
            for place in digits.indices {
                for digit in "0123456789" where digit != digits[place] {
                    var changed = digits
                    changed[place] = digit
                    #expect(throws: PersonNumberError.self) { try PersonNumber(String(changed), accepting: .today) }
                }
            }
        }
    }

    @Test("Two neighbouring digits that changed places are found out under today's rule")
    func swaps() throws {
        for number in try some(.birthNumber, count: 50, seed: 2) {
            let digits = Array(number.digits)
            for place in 0..<10 where digits[place] != digits[place + 1] {
                var changed = digits
                changed.swapAt(place, place + 1)
                #expect(throws: PersonNumberError.self) { try PersonNumber(String(changed), accepting: .today) }
            }
        }
    }

    @Test("What is made is read again as the same number of the same kind", arguments: kinds)
    func roundTrip(_ kind: PersonNumber.Kind) throws {
        for number in try some(kind, count: 200, seed: 3) {
            let again = try PersonNumber(number.digits, accepting: .today)
            #expect(again == number)
            #expect(again.kind == kind)
            #expect(again.rule == .today)
            #expect(number.digits.utf8.count == 11)
        }
    }

    @Test("For nine digits the rule of 2032 has four first control digits where today's has one")
    func fourTimesAsMany() {
        for nine in ["130972480", "301082999", "150219519"] {
            let accepted = (0...99).compactMap { try? PersonNumber(nine + ($0 < 10 ? "0" : "") + String($0)) }
            #expect(accepted.filter { $0.rule == .today }.count <= 1)
            #expect((2...4).contains(accepted.count))
        }
    }

    @Test("Numbers are ordered as their digits are")
    func ordered() throws {
        let numbers = try some(.tenorSynthetic, count: 100, seed: 4)
        #expect(numbers.sorted().map(\.digits) == numbers.map(\.digits).sorted())
    }

    private func some(_ kind: PersonNumber.Kind, count: Int, seed: UInt64) throws -> [PersonNumber] {
        var generator = SeededGenerator(seed: seed)
        var numbers: [PersonNumber] = []
        for _ in 0..<count * 100 where numbers.count < count {
            let made = PersonNumber.make(
                kind, day: .random(in: 1...31, using: &generator), month: .random(in: 1...12, using: &generator),
                year: .random(in: 1900...2030, using: &generator), individual: .random(in: 0...999, using: &generator))
            if let made { numbers.append(made) }
        }
        try #require(numbers.count == count)
        return numbers
    }
}
