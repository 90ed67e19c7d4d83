import Testing

/// What a fingerprint saves, and what it depends on.
@Suite struct FingerprintTests {
    /// Statements that change something which is told of the first test person's result.
    static let changes = [
        "UPDATE fs.emne SET emnenavn_bokmal = 'other'", "UPDATE fs.emne SET emnenavn_nynorsk = 'other'",
        "UPDATE fs.emne SET emnenavn_engelsk = NULL", "UPDATE fs.emne SET emnenavn_engelsk = ''",
        "UPDATE fs.emne SET vektingstall = 5", "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 63",
        "UPDATE fs.tallkarakter SET karakternavn = 'other' WHERE karaktertall = 64",
        "UPDATE fs.studentvurdkombprotokoll SET oppgavetittel_original = 'other'",
        "UPDATE fs.studentvurdkombprotokoll SET oppgavetittel_engelsk = 'other'",
        "UPDATE fs.vurderingstid SET terminkode_gjelder_i = 'SOM' WHERE arstall = 2014",
        "UPDATE fs.vurderingstid SET arstall_gjelder_i = 2013 WHERE arstall = 2014",
        DescriptionTests.InformationText(from: (2014, "HØST"), text: "other").insert,
        DescriptionTests.InformationText(language: "NYNORSK", from: (2014, "HØST"), text: "other").insert,
        DescriptionTests.InformationText(language: "ENGELSK", from: (2014, "HØST"), text: "other").insert,
        Degree().insert, Degree(hasCourse: false).insert,
    ]

    @Test("with its own fingerprint the answer is unchanged and comes without rows")
    func unchanged() async throws {
        try await Source.undoing { source in
            let first = try #require(try await source.ask(Question()).persons.first)
            let second = try #require(
                try await source.ask(Question(fingerprint: first.fingerprint)).persons.first)
            #expect(second.verdict == "unchanged")
            #expect(second.answered == 1)
            #expect(second.fingerprint == first.fingerprint)
            #expect(second.results.isEmpty)
        }
    }

    @Test("with another the answer is sent", arguments: [String(repeating: "0", count: 32), "x"])
    func another(fingerprint: String) async throws {
        let person = try #require(
            try await Source.undoing { try await $0.ask(Question(fingerprint: fingerprint)) }.persons.first)
        #expect(person.verdict == "fetched")
        #expect(person.results.count == 1)
    }

    @Test(
        "it changes with everything that is told of a result",
        arguments: Self.changes)
    func differs(change: String) async throws {
        let (before, after) = try await fingerprints(change)
        #expect(before != nil && after != nil)
        #expect(before != after)
    }

    @Test("nothing and an empty text are two things")
    func emptyAndNull() async throws {
        try await Source.undoing { source in
            try await source.run("UPDATE fs.emne SET emnenavn_engelsk = NULL")
            let null = try await fingerprint(source)
            try await source.run("UPDATE fs.emne SET emnenavn_engelsk = ''")
            #expect(try await fingerprint(source) != null)
        }
    }

    @Test("a link alone changes it")
    func link() async throws {
        try await Source.undoing { source in
            try await source.run(Degree().insert)
            let linked = try await fingerprint(source)
            try await source.run("DELETE FROM fs.emne_i_grad_prot")
            #expect(try await fingerprint(source) != linked)
        }
    }

    @Test(
        "it stays with what is not told",
        arguments: [
            "UPDATE fs.person SET fornavn = 'Kari'", "UPDATE fs.emne SET nuskode = '699999'",
            "ALTER TABLE fs.emne ALTER COLUMN vektingstall TYPE numeric USING 10",
            "ALTER TABLE fs.emne ALTER COLUMN vektingstall TYPE numeric USING 10.000",
            "UPDATE fs.studentvurdkombprotokoll SET karaktertall = karaktertall",
        ])
    func same(change: String) async throws {
        let (before, after) = try await fingerprints(change)
        #expect(before != nil)
        #expect(before == after)
    }

    @Test(
        "it is the same under all settings of a session",
        arguments: [
            "DateStyle = 'German'", "DateStyle = 'SQL, MDY'", "TimeZone = 'Pacific/Auckland'",
            "extra_float_digits = -15", "bytea_output = 'escape'", "IntervalStyle = 'sql_standard'",
            "lc_numeric = 'C'", "search_path = fs, example", "quote_all_identifiers = on",
        ])
    func settings(setting: String) async throws {
        let (before, after) = try await fingerprints("SET LOCAL \(setting)", withDegree: true)
        #expect(before != nil)
        #expect(before == after)
    }

    private func fingerprints(
        _ change: String, withDegree: Bool = false
    ) async throws -> (before: String?, after: String?) {
        try await Source.undoing { source in
            if withDegree { try await source.run(Degree().insert) }
            let before = try await fingerprint(source)
            try await source.run(change)
            return (before, try await fingerprint(source))
        }
    }

    private func fingerprint(_ source: Source) async throws -> String? {
        try await source.ask(Question()).persons.first?.fingerprint
    }
}
