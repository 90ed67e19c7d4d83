import Testing

@testable import resutveksl

/// The configuration file's form.
@Suite struct ConfigurationFileTests {
    private func entries(_ text: String) -> [String] {
        ConfigurationFile(text: text, name: "file").entries.map { "\($0.line) \($0.name)=\($0.value)" }
    }

    @Test(
        "a line is a name, = and a value; quotes are for values with spaces at an end, a quote or a # in them",
        arguments: [
            ("log.level = info", ["1 log.level=info"]),
            ("log.level=info", ["1 log.level=info"]),
            ("  log.level  =  info  ", ["1 log.level=info"]),
            ("log.level = 'info'", ["1 log.level=info"]),
            ("database = host=db1 dbname=own", ["1 database=host=db1 dbname=own"]),
            ("database = 'dbname=''own'''", ["1 database=dbname='own'"]),
            ("ping.url = https://example.org/#here # there", ["1 ping.url=https://example.org/#here"]),
            ("log.level = info # why", ["1 log.level=info"]),
            ("log.level = 'in # fo' # why", ["1 log.level=in # fo"]),
            ("# log.level = info", []),
            ("", []),
            ("\n\nlog.level = info\r\nlog.format = json\n", ["3 log.level=info", "4 log.format=json"]),
        ])
    func read(text: String, expected: [String]) {
        #expect(entries(text) == expected)
        #expect(ConfigurationFile(text: text, name: "file").faults.isEmpty)
    }

    @Test(
        "what cannot be read is told with its line, and does not hide the rest",
        arguments: [
            ("log.level info", "is not of the form name = value"), ("= info", "is not of the form name = value"),
            ("log.level =", "log.level has no value"), ("log.level = ''", "log.level has no value"),
            ("log.level = # none", "log.level has no value"), ("[log]", "there are no sections"),
            ("log.level = 'info", "a value in quotes ends with a quote"),
            ("log.level = 'info' or so", "a value in quotes ends with a quote"),
        ])
    func refused(line: String, sentence: String) {
        let file = ConfigurationFile(text: "log.format = json\n\(line)\ndatabase = dbname=own", name: "file")
        #expect(file.faults.map(\.line) == [2])
        #expect(file.faults.first?.sentence.hasPrefix(sentence) == true, "\(file.faults)")
        #expect(file.entries.map(\.name) == ["log.format", "database"])
    }

    @Test("a key that stands twice is told, with the line on which it stands first")
    func twice() {
        let file = ConfigurationFile(text: "log.level = info\nlog.level = debug", name: "file")
        #expect(file.faults == [.init(line: 2, sentence: "log.level is set already, on line 1")])
    }

    @Test("a secret is not in what the file says of itself")
    func redacted() {
        let options = ConfigurationFile.ParsingOptions(secrets: ["ping.url"])
        let file = ConfigurationFile(
            text: "ping.url = https://example.org/abc\nlog.level = info", name: "file", options: options)
        #expect(file.debugDescription == "file[2 values]: ping.url=<REDACTED>, log.level=info")
        #expect(file.description == "file[2 values]")
    }
}
