import Logging
import Postgres
import Testing

@Suite(.fewAtOnce) struct `Notices from the server` {
    @Test func `reach the log with their severity, one line each`() async throws {
        let log = RecordedLog()
        try await withConnection(logger: log.logger) { connection in
            try await connection.execute(
                script: "DO $$BEGIN RAISE NOTICE 'small'; RAISE WARNING 'large' USING ERRCODE = '01007'; END$$")
        }
        #expect(log.lines.map(\.message) == ["notice from the server", "notice from the server"])
        #expect(log.lines.map(\.level) == [.debug, .warning])
        #expect(log.lines.map { $0.metadata["notice"] } == ["small", "large"])
        #expect(log.lines.map { $0.metadata["severity"] } == ["NOTICE", "WARNING"])
        #expect(log.lines.last?.metadata["sqlstate"] == "01007")
    }

    @Test func `do not end up in a line with their DETAIL`() async throws {
        let log = RecordedLog()
        try await withConnection(logger: log.logger) { connection in
            try await connection.execute(script: "DO $$BEGIN RAISE NOTICE 'x' USING DETAIL = 'Solveig'; END$$")
        }
        #expect(log.lines.count == 1)
        #expect(!log.lines.contains { $0.metadata.values.contains { $0.contains("Solveig") } })
    }
}
