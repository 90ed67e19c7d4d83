import Testing

/// Which of a course's information texts are told.
@Suite struct DescriptionTests {
    /// An information text of RES-100, which was passed in HØST 2014.
    struct InformationText: Sendable {
        var language = "BOKMÅL"
        var type = "INNHOLD"
        let from: (year: Int, term: String)
        var to: (year: Int, term: String)?
        let text: String

        var insert: String {
            """
            INSERT INTO fs.emne_infotekst (institusjonsnr, emnekode, versjonskode, infotypekode, sprakkode,
                arstall_fra, terminkode_fra, arstall_til, terminkode_til, infotekst)
            VALUES (216, 'RES-100', '1', '\(type)', '\(language)', \(from.year), '\(from.term)',
                \(to.map { "\($0.year), '\($0.term)'" } ?? "NULL, NULL"), '\(text)');
            """
        }
    }

    @Test("of several texts that cover the term the newest is told, and none that ended before it or began after it")
    func newest() async throws {
        let told = try await descriptions(
            InformationText(from: (2000, "HØST"), to: (2014, "VÅR"), text: "ended before"),
            InformationText(from: (2010, "VÅR"), to: (2014, "HØST"), text: "newest"),
            InformationText(from: (2005, "HØST"), text: "open"),
            InformationText(from: (2015, "VÅR"), text: "began after"))
        #expect(told == Answer.Languages(bokmal: "newest"))
    }

    @Test("of two that begin in one year the later term is the newer", arguments: [false, true])
    func withinYear(isReversed: Bool) async throws {
        let texts = [
            InformationText(from: (2013, "HØST"), text: "autumn"), InformationText(from: (2013, "VÅR"), text: "spring"),
            InformationText(from: (2013, "SOM"), text: "summer"),
        ]
        #expect(try await descriptions(isReversed ? texts.reversed() : texts).bokmal == "autumn")
    }

    @Test("a text for exactly the term covers it, in each language for itself")
    func exactly() async throws {
        let told = try await descriptions(
            InformationText(language: "NYNORSK", from: (2014, "HØST"), to: (2014, "HØST"), text: "nynorsk"),
            InformationText(language: "ENGELSK", from: (2014, "SOM"), text: "english"))
        #expect(told == Answer.Languages(nynorsk: "nynorsk", english: "english"))
    }

    @Test("texts of other types are not told")
    func otherType() async throws {
        let told = try await descriptions(
            InformationText(type: "LITTERATUR", from: (2010, "VÅR"), text: "books"),
            InformationText(language: "NYNORSK", type: "LITTERATUR", from: (2014, "HØST"), text: "bøker"))
        #expect(told == Answer.Languages())
    }

    private func descriptions(_ texts: InformationText...) async throws -> Answer.Languages {
        try await descriptions(texts)
    }

    private func descriptions(_ texts: [InformationText]) async throws -> Answer.Languages {
        try await Source.undoing { source in
            for text in texts { try await source.run(text.insert) }
            let results = try await source.ask(Question()).persons.flatMap(\.results)
            return try #require(results.first).descriptions
        }
    }
}
