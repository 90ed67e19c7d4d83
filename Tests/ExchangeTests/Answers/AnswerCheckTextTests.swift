import Exchange
import Testing

struct AnswerCheckTextTests {
    struct Field: Sendable, CustomTestStringConvertible {
        let name: String
        let limit: Int
        let mayHaveLines: Bool
        let path: any WritableKeyPath<AnswerRecord.Result, String?> & Sendable

        var testDescription: String { name }
    }

    static let fields: [Field] = [
        Field(name: "key", limit: 200, mayHaveLines: false, path: \.resultKey),
        Field(name: "code", limit: 20, mayHaveLines: false, path: \.code),
        Field(name: "version", limit: 20, mayHaveLines: false, path: \.version),
        Field(name: "name", limit: 500, mayHaveLines: false, path: \.nameBokmal),
        Field(name: "name, nynorsk", limit: 500, mayHaveLines: false, path: \.nameNynorsk),
        Field(name: "name, English", limit: 500, mayHaveLines: false, path: \.nameEnglish),
        Field(name: "thesis", limit: 2_000, mayHaveLines: true, path: \.thesisTitle),
        Field(name: "thesis, English", limit: 2_000, mayHaveLines: true, path: \.thesisTitleEnglish),
        Field(name: "description", limit: 100_000, mayHaveLines: true, path: \.descriptionBokmal),
        Field(name: "description, nynorsk", limit: 100_000, mayHaveLines: true, path: \.descriptionNynorsk),
        Field(name: "description, English", limit: 100_000, mayHaveLines: true, path: \.descriptionEnglish),
        Field(name: "grade", limit: 40, mayHaveLines: false, path: \.grade),
    ]

    @Test("A text may be as long as the contract says, in characters and not in bytes", arguments: fields)
    func longest(_ field: Field) throws {
        var example = AnswerExample()
        for character in ["x", "ø", "\u{1F393}"] {
            example.course[keyPath: field.path] = String(repeating: character, count: field.limit)
            try example.expectFetched()
        }
    }

    @Test("A text that is longer by one is bad data", arguments: fields)
    func tooLong(_ field: Field) throws {
        var example = AnswerExample()
        example.course[keyPath: field.path] = String(repeating: "ø", count: field.limit + 1)
        try example.expectBroken(.textTooLong)
    }

    @Test("A control character is bad data wherever it stands", arguments: fields)
    func controlCharacters(_ field: Field) throws {
        var example = AnswerExample()
        for character in ["\0", "\u{1}", "\u{8}", "\u{B}", "\u{1B}", "\u{1F}", "\u{7F}", "\u{80}", "\u{85}", "\u{9F}"] {
            for text in [character, "a" + character, character + "a"] {
                example.course[keyPath: field.path] = text
                try example.expectBroken(.controlCharacter)
            }
        }
    }

    @Test("Lines and tabs are allowed in descriptions and thesis titles only", arguments: fields)
    func lines(_ field: Field) throws {
        var example = AnswerExample()
        example.course[keyPath: field.path] = "a\tb\r\nc"
        if field.mayHaveLines {
            try example.expectFetched()
        } else {
            try example.expectBroken(.controlCharacter)
        }
    }

    @Test("Letters beside the control characters are none", arguments: ["\u{A0}", "Â", "À", "Æ", "Å", "€", "\u{FFFD}"])
    func letters(_ text: String) throws {
        var example = AnswerExample()
        example.course.nameBokmal = text
        try example.expectFetched()
    }

    @Test("A link with a key that is too long is bad data")
    func links() throws {
        var example = AnswerExample()
        example.course.partOfKey = String(repeating: "x", count: 201)
        try example.expectBroken(.textTooLong)
    }
}
