import Exchange
import Testing

/// Lists of applicants, in the forms that they come in.
@Suite struct ApplicantListTests {
    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        /// Of the line with application 1001, which has the person number 2002.
        var line = 1

        init(_ description: String, _ text: String, line: Int = 1) {
            testDescription = description
            self.text = text
            self.line = line
        }
    }

    static let forms = [
        Form("commas", "1001,2002\n"), Form("semicolons", "1001;2002\n"), Form("no line break at the end", "1001;2002"),
        Form("carriage returns", "1001;2002\r\n"), Form("carriage returns alone", "1001;2002\r"),
        Form("a byte order mark", "\u{FEFF}1001;2002\n"), Form("quoted fields", "\"1001\";\"2002\"\n"),
        Form("white space around", " 1001 ;\t2002\u{A0}\n"),
        Form("white space around quotes", " \"1001\" ; \"2002\" \n"),
        Form("a header with søkernr", "søkernr;fnr\n1001;2002\n", line: 2),
        Form("its delimiter said first", "sep=;\n1001;2002\n", line: 2),
        Form("another delimiter said first", "SEP=\t\r\n1001\t2002\r\n", line: 2),
        Form("a header in Norwegian", "Søknadsnr;Fødselsnummer\n1001;2002\n", line: 2),
        Form("a header in English", "application_number,person_number\n1001,2002\n", line: 2),
        Form("columns the other way round, named", "fnr;søknadsnr\n2002;1001\n", line: 2),
        Form("columns beside them, named", "navn;fnr;opptak;søknadsnummer\nKari;2002;M;1001\n", line: 2),
        Form("blank lines, which count", "\n  \r\n;\n1001;2002\n\n", line: 4),
        Form(
            "a mark, a header, quotes and carriage returns", "\u{FEFF}\"søknad\";\"fnr\"\r\n\"1001\";\"2002\"\r\n",
            line: 2),
    ]

    @Test("a list is read in every form that it comes in", arguments: forms)
    func form(_ form: Form) {
        let list = ApplicantList(Array(form.text.utf8))
        #expect(list.broken.isEmpty)
        #expect(list.lines == [ApplicantLine(line: form.line, application: "1001", person: "2002")])
    }

    @Test("a bad line costs that line and no other, and is told by its number")
    func broken() {
        let bytes =
            Array("søknad;fnr\r\n1;a\r\n2\r\n3;b;c\r\n4;\"d\r\n5;\"e\"\"\"\r\n6;".utf8) + [0xE6, 0xF8]
            + Array("\r\n7;\u{0}\r\n8;f".utf8)
        let list = ApplicantList(bytes)
        #expect(list.lines.map(\.line) == [2, 6, 9])
        #expect(list.lines.map(\.person) == ["a", "e\"", "f"])
        #expect(
            list.broken == [
                BrokenLine(line: 3, fault: .fields(1, expected: 2)),
                BrokenLine(line: 4, fault: .fields(3, expected: 2)),
                BrokenLine(line: 5, fault: .openQuote), BrokenLine(line: 7, fault: .notUTF8),
                BrokenLine(line: 8, fault: .controlCharacter),
            ])
    }

    @Test("a first line with digits is a line and no header, also a bad one")
    func firstLine() {
        #expect(ApplicantList(Array("1;a\n2;b\n".utf8)).lines.count == 2)
        #expect(ApplicantList(Array("1;a;x\n2;b\n".utf8)).broken.map(\.line) == [1])
    }

    static let misleadingForms = [
        Form("an application number alone", "1000\n1001;2002\n"), Form("a title", "Søkere 2027\n1001;2002\n"),
        Form("a title with a comma", "Søkere, master\n1001;01536112185\n"),
        Form("a title with a semicolon", "Søkere; master 2027\n1001,01536112185\n"),
        Form("a title above a header", "Søkere, master\nnavn;fnr;søknadsnr\nKari;2002;1001\n", line: 3),
        Form("a person number that lost its zero", "1000,1536112185\n1001,01536112185\n"),
    ]

    @Test(
        "a first line that tells no delimiter, or a wrong one, costs itself and not the list",
        arguments: misleadingForms)
    func misleading(form: Form) {
        let list = ApplicantList(Array(form.text.utf8))
        let last = list.lines.last
        #expect(last?.application == "1001" && ["2002", "01536112185"].contains(last?.person))
        #expect(list.broken.map(\.line) + list.lines.dropLast().map(\.line) == [1])
    }

    @Test(
        "a first line without digits is a header only by its names; otherwise it is a bad line, and told",
        arguments: ["ABC;", "Anna;Olsen", "nummer;hvem", "søknadsnr;hvem", "Anna;Olsen;fnr"])
    func noHeader(text: String) throws {
        let list = ApplicantList(Array("\(text)\n1001;2002\n".utf8))
        #expect(list.lines.map(\.line) == [2])
        #expect(list.broken == [BrokenLine(line: 1, fault: .unknownHeader)])
        let reason = try #require(list.broken.first?.reason)
        #expect(reason.contains("known names (søknadsnr, fnr)") && !reason.contains("Anna"))
    }

    @Test("columns beside the two, of which no header tells which is which, are told as that")
    func unnamed() {
        let list = ApplicantList(Array("1001;Kari;2002\n".utf8))
        #expect(list.broken.map(\.fault) == [.unnamedFields(3)])
        #expect(list.broken.first?.reason.contains("3 fields and not 2, and no header calls both columns") == true)
    }

    @Test("an empty list has no lines", arguments: ["", "\n\n", "\u{FEFF}", "søknadsnr;fnr\n"])
    func empty(text: String) {
        let list = ApplicantList(Array(text.utf8))
        #expect(list.lines.isEmpty && list.broken.isEmpty)
    }

    @Test("however a line is printed, the person number is not in it")
    func redacted() {
        let line = ApplicantLine(line: 7, application: "1001", person: "01536112185")
        var dumped = ""
        dump(line, to: &dumped)
        for text in ["\(line)", String(reflecting: line), dumped] { #expect(!text.contains("12185")) }
    }
}
