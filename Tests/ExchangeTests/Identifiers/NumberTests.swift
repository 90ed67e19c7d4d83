import Exchange
import Testing

struct NumberTests {
    @Test("An institution number lies between 1 and 99 999 999")
    func institutions() {
        for number: Int32 in [1, 216, 99_999_999] {
            #expect(InstitutionNumber(rawValue: number)?.rawValue == number)
        }
        for number: Int32 in [.min, -1, 0, 100_000_000, .max] {
            #expect(InstitutionNumber(rawValue: number) == nil)
        }
    }

    @Test("Order, lease and run numbers begin at 1")
    func others() {
        for number: Int64 in [1, .max] {
            #expect(OrderNumber(rawValue: number)?.rawValue == number)
            #expect(LeaseToken(rawValue: number)?.rawValue == number)
            #expect(RunNumber(rawValue: number)?.rawValue == number)
        }
        for number: Int64 in [.min, -1, 0] {
            #expect(OrderNumber(rawValue: number) == nil)
            #expect(LeaseToken(rawValue: number) == nil)
            #expect(RunNumber(rawValue: number) == nil)
        }
    }

    @Test("They print plainly and are ordered by number")
    func plain() {
        #expect("\(216 as InstitutionNumber) \(7 as OrderNumber) \(8 as LeaseToken) \(9 as RunNumber)" == "216 7 8 9")
        #expect((9 as LeaseToken) < 10)
        #expect(([216, 9, 214] as [InstitutionNumber]).sorted() == [9, 214, 216])
    }
}
