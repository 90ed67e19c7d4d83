import Exchange
import Testing

struct PersonNumberMakeTests {
    @Test("The routine's test persons are made from their dates and individual digits")
    func testPersons() {
        #expect(PersonNumber.make(.sNumber, day: 1, month: 3, year: 1961, individual: 121)?.digits == "01536112185")
        #expect(PersonNumber.make(.sNumber, day: 19, month: 8, year: 1983, individual: 125)?.digits == "19588312510")
        #expect(
            PersonNumber.make(.birthNumber, day: 13, month: 9, year: 1972, individual: 480)?.digits == "13097248022")
        #expect(PersonNumber.make(.dNumber, day: 13, month: 9, year: 1972, individual: 480)?.digits == "53097248016")
    }

    @Test("Nothing is made where a control digit would be 10, which is about one time in six")
    func missing() {
        let made = (0...499).filter {
            PersonNumber.make(.tenorSynthetic, day: 10, month: 6, year: 1985, individual: $0) != nil
        }
        #expect((380...440).contains(made.count))
    }

    @Test("Nothing is made of a day that does not exist, or of digits that would tell another century")
    func refused() {
        for individual in 0...999 {
            #expect(PersonNumber.make(.tenorSynthetic, day: 31, month: 4, year: 1985, individual: individual) == nil)
            #expect(PersonNumber.make(.tenorSynthetic, day: 29, month: 2, year: 1985, individual: individual) == nil)
            #expect(PersonNumber.make(.fhNumber, day: 1, month: 4, year: 1985, individual: individual) == nil)
        }
        #expect(
            (0...499).allSatisfy {
                PersonNumber.make(.birthNumber, day: 1, month: 1, year: 2005, individual: $0) == nil
            })
        #expect(PersonNumber.make(.birthNumber, day: 1, month: 1, year: 1985, individual: 1000) == nil)
        #expect(PersonNumber.make(.birthNumber, day: 1, month: 1, year: 1985, individual: -1) == nil)
    }

    @Test(
        "Individual numbers are laid out by year of birth",
        arguments: [
            (1853, [ClosedRange<Int>]()), (1854, [500...749]), (1899, [500...749]), (1900, [0...499]),
            (1939, [0...499]),
            (1940, [0...499, 900...999]), (1999, [0...499, 900...999]), (2000, [500...999]), (2039, [500...999]),
            (2040, []),
        ])
    func individualNumbers(_ year: Int, _ expected: [ClosedRange<Int>]) {
        #expect(PersonNumber.individualNumbers(of: year) == expected)
    }
}
