import Postgres
import Testing

@Suite(.fewAtOnce) struct `Person numbers in what a server says` {
    @Test(arguments: [
        ("invalid input syntax for type date: \"01815098765\"", "invalid input syntax for type date: \"018150*****\""),
        ("018150 98765", "018150 *****"), ("no digits", "no digits"), ("", ""), ("0181509876", "0181509876"),
        ("018150987654", "018150987654"), ("a01815098765b", "a018150*****b"),
        ("01815098765 and 41815098765", "018150***** and 418150*****"), ("20261124 12:00", "20261124 12:00"),
        ("æ01815098765ø", "æ018150*****ø"), ("018150 987654", "018150 987654"), ("(01815098765)", "(018150*****)"),
        ("1234567 01815098765", "1234567 018150*****"), ("018150  98765", "018150  98765"),
    ])
    func `are masked wherever they stand`(_ text: String, _ expected: String) {
        #expect(text.maskingPersonNumbers() == expected)
    }

    @Test func `are masked in a server's message that quotes a value`() async throws {
        try await withConnection { connection in
            let error = try await failure { _ = try await connection.query("SELECT $1::date", "01815098765x") }
            #expect(error.code == .server)
            #expect(error.message.contains("018150*****"))
            #expect(!String(reflecting: error).contains("98765"))
            let raised = try await failure {
                try await connection.execute(script: "DO $$BEGIN RAISE 'no' USING HINT = 'see 01815098765'; END$$")
            }
            #expect(raised.message == "no. see 018150*****")
        }
    }

    @Test func `are masked in notices before they reach the log`() async throws {
        let log = RecordedLog()
        try await withConnection(logger: log.logger) { connection in
            try await connection.execute(script: "DO $$BEGIN RAISE WARNING 'about 01815098765'; END$$")
        }
        #expect(log.lines.map { $0.metadata["notice"] } == ["about 018150*****"])
    }
}
