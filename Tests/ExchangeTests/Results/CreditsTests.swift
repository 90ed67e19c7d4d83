import Exchange
import Testing

struct CreditsTests {
    @Test(
        "Credits are read and written exactly",
        arguments: [
            ("0", 0, "0"), ("7.5", 750, "7.5"), ("10", 1000, "10"), ("10.00", 1000, "10"), ("10.000000", 1000, "10"),
            ("3.33", 333, "3.33"), ("0.05", 5, "0.05"), ("60", 6000, "60"), ("1000", 100_000, "1000"),
            ("007.50", 750, "7.5"), ("-0", 0, "0"),
        ])
    func exact(_ text: String, _ hundredths: Int, _ written: String) throws {
        let credits = try #require(Credits(text))
        #expect(credits.hundredths == hundredths)
        #expect(credits.description == written)
    }

    @Test(
        "What is no number from 0 to 1000 with at most two decimals is refused",
        arguments: [
            "", " ", "-1", "-0.01", "1000.01", "1001", "7.555", "7,5", "7.", ".5", "1e1", "NaN", "Infinity", "7.5.0",
            "--7",
            "+7", " 7", "٧", "99999999999999999999999999", "0.00000000000000000000000001",
        ])
    func refused(_ text: String) {
        #expect(Credits(text) == nil)
    }

    @Test("A vekttall is three studiepoeng", arguments: [("1", "3"), ("2.5", "7.5"), ("20", "60"), ("3.33", "9.99")])
    func vekttall(_ text: String, _ expected: String) {
        #expect(Credits.fromVekttall(text)?.description == expected)
    }

    @Test("Vekttall that come to more than 1000 studiepoeng are refused", arguments: ["333.34", "-1", "x"])
    func absurdVekttall(_ text: String) {
        #expect(Credits.fromVekttall(text) == nil)
    }

    @Test("A grade value is exact, and equal however many zeros it is written with")
    func gradeValues() {
        #expect(GradeValue("2.3") == GradeValue(tenths: 23))
        #expect(GradeValue("2.30") == GradeValue(hundredths: 230))
        #expect(GradeValue("65.0") == GradeValue(65))
        #expect(GradeValue("-1")?.description == "-1")
        #expect(GradeValue("2.3")?.description == "2.3")
        #expect(GradeValue("A") == nil)
        #expect(GradeValue(tenths: 10) < GradeValue(tenths: 11))
    }

    @Test("What is written is read again as the same number")
    func roundTrip() throws {
        for hundredths in stride(from: 0, through: 100_000, by: 7) {
            let credits = try #require(Credits(hundredths: hundredths))
            #expect(Credits(credits.description) == credits)
        }
    }
}
