import Exchange
import Store
import Testing
import Worker

/// What a fault is called wherever it is told: by the order, in the lane, in the transfer log, in the worker's log.
struct ExpectedFault: Sendable {
    let outcome: String
    let kind: String
    var sqlState: String?
    /// Any of them; empty for none.
    var errno: [String] = []
    var phase: String?
    /// For what the kernel tells now as one thing and now as another.
    var mayLackErrno: Bool
    /// Some words of the reason.
    var words = ""

    init(
        _ outcome: String, _ kind: String, sqlState: String? = nil, errno: String..., phase: String? = nil,
        words: String = "", orNoErrno: Bool = false
    ) {
        mayLackErrno = orNoErrno || errno.isEmpty
        self.outcome = outcome
        self.kind = kind
        self.sqlState = sqlState
        self.errno = errno
        self.phase = phase
        self.words = words
    }
}

extension Playground {
    /// Checks that the fault of a source is told the same way everywhere, with the moment of the next attempt.
    func expect(
        _ expected: ExpectedFault, of order: OrderNumber, at source: Int32 = 204, in summary: RunSummary,
        orders: Int = 1, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let fault = try #require(
            summary.lanes[institution(source)]?.fault, "source \(source) has no fault", sourceLocation: sourceLocation)
        let told = [fault.outcome.rawValue, fault.kind.rawValue, fault.sqlState ?? "-", fault.phase ?? "-"]
        #expect(
            told == [expected.outcome, expected.kind, expected.sqlState ?? "-", expected.phase ?? "-"],
            "\(fault)", sourceLocation: sourceLocation)
        let hasErrno = fault.errno.map(expected.errno.contains) ?? expected.mayLackErrno
        #expect(hasErrno, "errno \(fault.errno ?? "none"): \(fault.reason)", sourceLocation: sourceLocation)
        #expect(
            !fault.reason.isEmpty && (expected.words.isEmpty || fault.reason.contains(expected.words)),
            "\(fault.reason)", sourceLocation: sourceLocation)

        // The order, the lane and the log say what the run says.
        let columns =
            "concat_ws('|', outcome, fault, coalesce(sqlstate, '-'), coalesce(phase, '-'), coalesce(errno, '-'), reason)"
        let line = (told + [fault.errno ?? "-", fault.reason]).joined(separator: "|")
        for place in [
            "transfers WHERE order_number = \(order) AND source = \(source)",
            "order_sources WHERE order_number = \(order) AND source = \(source)",
            "run_sources WHERE run_id = \(summary.run) AND source = \(source)",
            "transfer_log WHERE run_id = \(summary.run) AND source = \(source) AND event = 'source_failed' AND orders = \(orders)",
        ] {
            let found = try await value("SELECT string_agg(\(columns), ' and ') FROM resutveksl.\(place)")
            #expect(found == line, "in \(place)", sourceLocation: sourceLocation)
        }

        // The next attempt: tomorrow at the local time at which this one started.
        let isTomorrow = try await value(
            """
            SELECT t.next_attempt BETWEEN now() + interval '22 hours' AND now() + interval '26 hours'
                AND (t.next_attempt AT TIME ZONE 'Europe/Oslo')::time = (c.claimed_at AT TIME ZONE 'Europe/Oslo')::time
                AND t.next_attempt = l.next_attempt AND t.next_attempt >= o.due_at
            FROM resutveksl.transfers t JOIN resutveksl.orders o USING (order_number)
            JOIN resutveksl.claims c ON c.run_id = \(summary.run)
            JOIN resutveksl.transfer_log l ON l.token = c.token AND l.source = t.source AND l.event = 'source_failed'
            WHERE t.order_number = \(order) AND t.source = \(source)
            """)
        #expect(isTomorrow == "true", sourceLocation: sourceLocation)
        try await expectLogLine(fault, source, of: order, in: summary, sourceLocation)
    }

    private func expectLogLine(
        _ fault: Fault, _ source: Int32, of order: OrderNumber, in summary: RunSummary, _ location: SourceLocation
    ) async throws {
        let lines = log.lines("warning lane ended", "institution=\(source) ", "run=\(summary.run) ")
        #expect(lines.count == 1, sourceLocation: location)
        let line = (lines.first ?? "") + " "
        let next = try await value(
            """
            SELECT resutveksl.local_minute(next_attempt) FROM resutveksl.transfers
            WHERE order_number = \(order) AND source = \(source)
            """)
        let parts = [
            "outcome=\(fault.outcome.rawValue) ", "fault=\(fault.kind.rawValue) ", "reason=\(fault.reason) ",
            "next=\(next ?? "none") ",
        ]
        for part in parts { #expect(line.contains(part), "\(line)", sourceLocation: location) }
        for (key, value) in [("sqlstate", fault.sqlState), ("errno", fault.errno), ("phase", fault.phase)] {
            if let value {
                #expect(line.contains(" \(key)=\(value) "), "\(line)", sourceLocation: location)
            } else {
                #expect(!line.contains(" \(key)="), "\(line)", sourceLocation: location)
            }
        }
    }

    /// Checks that the healthy source gave Testperson1's result in the same run, and that nothing personal was logged.
    func expectUnharmed(
        _ order: OrderNumber, in summary: RunSummary, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try await outcome(order, 203) == "fetched", sourceLocation: sourceLocation)
        #expect(try await results(Self.person1).map(\.code) == ["RES-100"], sourceLocation: sourceLocation)
        #expect(try summary.lanes[institution(203)]?.fault == nil, sourceLocation: sourceLocation)
        #expect(try await state(order) == .awaitingRetry, sourceLocation: sourceLocation)
        #expect(!summary.isComplete, sourceLocation: sourceLocation)
        try await expectNothingPersonal(sourceLocation: sourceLocation)
    }

    /// Checks that no person number, name, grade or password stands in a log.
    func expectNothingPersonal(
        beside others: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var logged = log.text
        for table in ["transfer_log", "transfers", "run_sources", "runs"] {
            logged += try await value("SELECT string_agg(r::text, chr(10)) FROM resutveksl.\(table) r") ?? ""
        }
        let secrets = [
            Self.person1, Self.person2, "01536112", "12185", "19588312", "12510", "Kari", "Testperson",
            "Resultatutveksling", "RES-100", "RES-OAL", "fjord",
        ]
        for secret in secrets + others {
            #expect(!logged.contains(secret), "\(secret) was logged", sourceLocation: sourceLocation)
        }
    }
}

extension LogBook {
    /// The lines that have all these parts in them.
    func lines(_ parts: String...) -> [String] {
        text.split(separator: "\n").map { $0 + " " }.filter { line in parts.allSatisfy { line.contains($0) } }
    }
}
