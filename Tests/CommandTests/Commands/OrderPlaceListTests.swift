import DevCluster
import Foundation
import Glibc
import Postgres
import Testing

/// `order place --from`.
@Suite struct OrderPlaceListTests {
    private struct Report: Decodable {
        struct Line: Decodable {
            let line: Int
            let application: String?
            let outcome: String
            let order: Int?
            let reason: String?
        }
        let ordered: Int
        let open: Int
        let refused: Int
        let notTaken: Int
        let dryRun: Bool
        let lines: [Line]
    }

    private static let applicants = ExampleApplicants(count: 10_000, badCount: 25)

    private func withFile<Value>(_ bytes: [UInt8], _ body: (String) async throws -> Value) async throws -> Value {
        let file = FileManager.default.temporaryDirectory.appending(path: "applicants-\(UUID().uuidString).csv")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await body(file.path())
    }

    /// A source, and an N of the persons of the list who are to have one.
    private func installation() async throws -> Installation {
        let installation = try await Installation.make(203)
        for person in Self.applicants.refusing {
            try await installation.must("person", "add", "--person", person)
            try await installation.must("acceptance", "set", "N", "--person", person)
        }
        return installation
    }

    private func orders(_ installation: Installation) async throws -> String? {
        try await installation.value(
            """
            SELECT concat_ws(' ', (SELECT count(*) FROM resutveksl.orders), (SELECT count(*) FROM resutveksl.persons),
                (SELECT count(*) FROM resutveksl.acceptances))
            """)
    }

    private static let none = "0 1 1"
    private static let all = "9975 9976 9976"

    /// Holds up whoever wants to write an order, until the connection is closed.
    private func holdUp(_ installation: Installation) async throws -> Connection {
        let connection = try await installation.cluster.connect(database: installation.name)
        try await connection.execute(script: "BEGIN; LOCK TABLE resutveksl.orders IN EXCLUSIVE MODE")
        return connection
    }

    /// Another session than ours is in the own database, and waits for a lock if that is asked for.
    private func others(_ installation: Installation, waiting: Bool) async throws -> String? {
        try await installation.value(
            """
            SELECT count(*) FROM pg_stat_activity WHERE datname = '\(installation.name)' AND pid <> pg_backend_pid()
                AND query LIKE '%place_orders%' \(waiting ? "AND wait_event_type = 'Lock'" : "")
            """)
    }

    @Test("10,000 applicants from CSV with 25 bad lines: each bad line is named by its number, the others are ordered")
    func manyLines() async throws {
        let installation = try await installation()
        try await withFile(Self.applicants.file) { file in
            let dry = try await installation.run(
                "order", "place", "--from", file, "--consent", "Søknadsweb", "--dry-run")
            #expect(dry.lines.last == "9975 orders would be placed; 25 lines refused")
            let nothing = try await installation.run(
                "order", "place", "--from", file, "--consent", "Søknadsweb", "--all-or-nothing")
            #expect(nothing.status == 1)
            #expect(nothing.lines.last == "0 orders placed; 25 lines refused; nothing taken of the other 9975")
            #expect(try await orders(installation) == Self.none)

            let finished = try await installation.run("order", "place", "--from", file, "--consent", "Søknadsweb")
            #expect(finished.status == 3)
            #expect(finished.errors.isEmpty)
            #expect(finished.lines.count == 26)
            for (line, bad) in zip(finished.lines, Self.applicants.bad) {
                #expect(line.hasPrefix("line \(bad.line): ") && line.contains(bad.reason), "\(line)")
            }
            #expect(finished.lines.last == "9975 orders placed, numbers 1 to 9975; 25 lines refused")
            #expect(try await orders(installation) == Self.all)
        }
    }

    @Test("a list comes by standard input too, and answers in JSON, also for who has an open order")
    func standardInput() async throws {
        let installation = try await Installation.make(203)
        try await installation.order(Installation.person1)
        let finished = try await installation.run(
            "order", "place", "--from", "-", "--json", "--consent", "Samordna opptak", "--consent-date", "2025-04-15",
            "--ordered-by", "anna", input: "1001,\(Installation.person1)\n1002,\(Installation.person2)\n1003,17\n")
        #expect(finished.status == 3)
        let report = try finished.json(Report.self)
        #expect((report.ordered, report.open, report.refused, report.notTaken) == (1, 1, 1, 0))
        #expect(report.lines.map(\.line) == [1, 2, 3])
        #expect(report.lines.map(\.application) == ["1001", "1002", nil])
        #expect(report.lines.map(\.order) == [1, 2, nil])
        #expect(report.lines.first?.reason?.hasPrefix("order 1 is open since ") == true)
        #expect(
            try await installation.value(
                "SELECT purpose || ' ' || reference || ' ' || ordered_by FROM resutveksl.orders WHERE order_number = 2")
                == "application 1002 anna")
        #expect(
            try await installation.value(
                "SELECT answered_on || channel FROM resutveksl.acceptances ORDER BY person_id DESC LIMIT 1")
                == "2025-04-15Samordna opptak")
    }

    @Test("kill -9 in the middle leaves nothing behind, and the list can be given again")
    func killed() async throws {
        let installation = try await installation()
        try await withFile(Self.applicants.file) { file in
            let words = ["order", "place", "--from", file, "--consent", "Søknadsweb"]
            let lock = try await holdUp(installation)
            let command = try installation.start(words)
            try await eventually("it waits with its persons written") {
                try await others(installation, waiting: true) == "1"
            }
            command.send(SIGKILL)
            #expect(try await command.finished().status == 128 + SIGKILL)
            await lock.close()
            try await eventually("the server has noticed") { try await others(installation, waiting: false) == "0" }
            #expect(try await orders(installation) == Self.none)

            // And wherever else it may be at that moment: all or nothing.
            for milliseconds in [100, 300, 600, 1000, 1500, 2200] {
                let command = try installation.start(words)
                try await Task.sleep(for: .milliseconds(milliseconds))
                command.send(SIGKILL)
                _ = try await command.finished()
                try await eventually("the server has noticed") { try await others(installation, waiting: false) == "0" }
                let left = try await orders(installation)
                #expect(left == Self.none || left == Self.all, "after \(milliseconds) ms: \(left ?? "")")
            }
            #expect(try await installation.start(words).finished().status == 3)
            #expect(try await orders(installation) == Self.all)
        }
    }

    @Test("a connection that is lost in the middle is told, nothing is taken, and the list can be given again")
    func lost() async throws {
        let installation = try await installation()
        try await withFile(Self.applicants.file) { file in
            let words = ["order", "place", "--from", file, "--consent", "Søknadsweb"]
            let lock = try await holdUp(installation)
            let command = try installation.start(words)
            try await eventually("it waits") { try await others(installation, waiting: true) == "1" }
            _ = try await installation.value(
                """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = '\(installation.name)' AND query LIKE '%place_orders%' AND wait_event_type = 'Lock'
                """)
            let finished = try await command.finished()
            #expect(finished.status == 69)
            #expect(finished.errors.contains("the own database cannot be reached"))
            await lock.close()
            #expect(try await orders(installation) == Self.none)
            #expect(try await installation.start(words).finished().status == 3)
            #expect(try await orders(installation) == Self.all)
        }
    }

    @Test("a list that is not there or empty is an error, and so is an admission that is unknown or closed")
    func refused() async throws {
        let installation = try await Installation.make(203)
        let missing = try await installation.run("order", "place", "--from", "/nowhere/list.csv")
        #expect(missing.status == 1 && missing.errors.contains("the list /nowhere/list.csv cannot be read"))
        let empty = try await installation.run("order", "place", "--from", "-", input: "søknadsnr;fnr\n")
        #expect(empty.status == 1 && empty.errors.contains("the list has no lines"))
        let line = "1;\(Installation.person1)\n"
        let unknown = try await installation.run("order", "place", "--from", "-", "--admission", "M1", input: line)
        #expect(unknown.status == 1 && unknown.errors.contains("there is no admission M1"))
        let future = try await installation.run(
            "order", "place", "--from", "-", "--consent", "Søknadsweb", "--consent-date", "9998-12-31", input: line)
        #expect(future.status == 1 && future.errors.contains("in the future"))
        let known = try await installation.run(
            "order", "place", "--from", "-", "--consent", "Søknadsweb", "--known-only", input: line)
        #expect(known.status == 1 && known.output.contains("line 1: no person with this number is known here"))
    }
}
