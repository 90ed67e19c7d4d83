import Testing

/// `person add`, and how any command takes a person number.
@Suite struct PersonTests {
    @Test("a person is registered once, and every answer shows the number masked")
    func option() async throws {
        let installation = try await Installation.unset()
        let first = try await installation.run(
            "person", "add", "--person", Installation.person1, "--given-name", "Kari")
        #expect(first.status == 0)
        #expect(first.output == "person \(Installation.masked1) registered\n")
        let second = try await installation.run(
            "person", "add", "--person", Installation.person1, "--family-name", "Nordmann")
        #expect(second.status == 0)
        #expect(second.output == "person \(Installation.masked1) was registered already\n")
        let stored =
            "SELECT string_agg(concat_ws(' ', person_number, given_name, family_name), ',') FROM resutveksl.persons"
        #expect(try await installation.value(stored) == "\(Installation.person1) Kari Nordmann")
    }

    @Test(
        "the number is read from standard input, with or without a space and a line's end",
        arguments: ["01536112185\n", "01536112185", "015361 12185\n", "  01536112185  \r\n"])
    func input(text: String) async throws {
        let installation = try await Installation.unset()
        let finished = try await installation.run("person", "add", input: text)
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(finished.output == "person \(Installation.masked1) registered\n")
        #expect(finished.errors.isEmpty)
        #expect(
            try await installation.value("SELECT min(person_number) FROM resutveksl.persons") == Installation.person1)
    }

    @Test("on a terminal the number is asked for")
    func prompt() async throws {
        let installation = try await Installation.unset()
        // Without echo, so that what is typed is not taken for what is printed.
        let command = try installation.startOnTerminal("person", "add", before: "stty -echo; ")
        try await command.prints("Person number: ")
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.persons") == "0")
        command.type("19588312510\n")
        let finished = try await command.finished()
        #expect(finished.status == 0)
        #expect(finished.output.contains("person \(Installation.masked2) registered"))
    }

    @Test("no number at all is wrong usage", arguments: ["", "\n", "   \n"])
    func nothing(text: String) async throws {
        let finished = try await Installation.untouched().run("person", "add", input: text)
        #expect(finished.status == 64)
        #expect(finished.errors.contains("standard input"))
        #expect(finished.errors.contains("--person"))
    }

    static let impossible = [
        ("1536112185", "a leading zero was probably lost"), ("01536112186", "second control digit"),
        ("01536112195", "first control digit"), ("32127248022", "no date"), ("29020112345", "no date"),
        ("123", "this one has 3"), ("0153611218x", "digits only"),
    ]

    @Test("an impossible number is refused with what is wrong with it", arguments: impossible)
    func refused(number: String, reason: String) async throws {
        let installation = try await Installation.untouched()
        for arguments in [
            ["person", "add"], ["acceptance", "set", "J"], ["order", "place"], ["results", "show"], ["results", "log"],
            ["results", "delete-log"], ["changes", "list"], ["changes", "seen"],
        ] {
            let byOption = try await installation.start(arguments + ["--person", number]).finished()
            let byInput = try await installation.start(arguments, input: number + "\n").finished()
            for finished in [byOption, byInput] {
                #expect(finished.status == 64, "\(arguments)")
                #expect(finished.errors.contains(reason), "\(arguments)")
                #expect(!finished.errors.contains(number), "\(arguments)")
            }
        }
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.persons") == "0")
    }

    @Test("an impossible number is told even when the own database is not reachable")
    func impossibleFirst() async throws {
        let database = ["--database", "host=127.0.0.1 port=1 dbname=own user=x connect_timeout=5"]
        for arguments in [["person", "add"], ["acceptance", "set", "J"], ["order", "place"], ["results", "show"]] {
            let finished = try await Command([Command.program] + arguments + database, input: "1536112185").finished()
            #expect(finished.status == 64, "\(arguments)")
        }
    }

    @Test("a number that only one institution knows is registered, with the warning that nobody can be asked by it")
    func ownNumber() async throws {
        let installation = try await Installation.make()
        let added = try await installation.run("person", "add", "--person", "01536190186")
        #expect(added.status == 0)
        #expect(added.lines.last?.contains("no source can be asked") == true)
        let order = try await installation.run("order", "place", "--person", "01536190186")
        #expect(order.status == 1)
        #expect(order.errors.contains("Register the national number first"))
    }
}
