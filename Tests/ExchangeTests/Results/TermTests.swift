import Exchange
import Testing

struct TermTests {
    @Test("A term is written as year and FS's code")
    func text() {
        #expect(Term(year: 2014, season: .autumn)?.description == "2014 HØST")
        #expect(Term.Season.allCases.map(\.rawValue) == ["VÅR", "SOM", "HØST"])
    }

    @Test("Terms are ordered by time")
    func order() throws {
        var terms: [Term] = []
        for year in [2013, 2014] {
            for season in Term.Season.allCases { terms.append(try #require(Term(year: year, season: season))) }
        }
        #expect(terms.reversed().sorted() == terms)
    }

    @Test(
        "Years outside 1800 to 2200 are refused", arguments: [(1799, false), (1800, true), (2200, true), (2201, false)])
    func years(_ year: Int, _ isTerm: Bool) {
        #expect((Term(year: year, season: .spring) != nil) == isTerm)
    }

    @Test("Categories have FS's words")
    func categories() {
        #expect(
            ResultCategory.allCases.map(\.rawValue)
                == ["Delstudier", "Emne", "Emnesamling", "Kvalifikasjon", "Praksis"])
    }

    @Test("A result tells its term as it is stored")
    func stored() {
        let result = FetchedResult(
            institution: 216, key: "1", category: .course, code: "RES-100", term: Term(year: 2014, season: .spring))
        #expect(result.termYear == 2014)
        #expect(result.termCode == "VÅR")
    }
}
