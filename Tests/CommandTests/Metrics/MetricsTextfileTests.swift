import Foundation
import Testing

/// `run --metrics-textfile`: what Prometheus' node exporter is given.
@Suite struct MetricsTextfileTests {
    /// A folder of its own, and the file in it.
    private func withFile(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "metrics-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        do {
            try await body(folder.appending(path: "resutveksl.prom").path())
        } catch {
            try FileManager.default.removeItem(at: folder)
            throw error
        }
        try FileManager.default.removeItem(at: folder)
    }

    private func text(_ path: String) throws -> MetricsText {
        try MetricsText(String(contentsOfFile: path, encoding: .utf8))
    }

    @Test("a run tells of itself, of the orders and of each source")
    func whole() async throws {
        let installation = try await Installation.make(203, 190)
        try await installation.addDeadSource(184)
        try await installation.at(190, "UPDATE fs.modulvalg_egenskap SET status_aktiv = 'J'")
        try await installation.order(Installation.person1)
        try await withFile { path in
            let before = Date().timeIntervalSince1970
            #expect(try await installation.run("run", "--metrics-textfile", path).status == 3)
            let text = try text(path)
            #expect(text.samples.allSatisfy { $0.labels["own_institution"] == "215" })
            #expect(text.value("resutveksl_run_exit_status") == 3)
            #expect(text.value("resutveksl_run_orders") == 1)
            #expect(text.value("resutveksl_run_rows") == 1)
            #expect(text.value("resutveksl_run_sources_failed") == 1)
            #expect(text.value("resutveksl_database_up") == 1)
            #expect(text.value("resutveksl_orders", ["state": "awaiting_retry"]) == 1)
            #expect(text.value("resutveksl_orders", ["state": "completed"]) == 0)
            #expect(text.value("resutveksl_orders_due") == 0)
            let (hvl, mf, uib) = (["institution": "203"], ["institution": "190"], ["institution": "184"])
            #expect(text.value("resutveksl_source_up", hvl) == 1)
            #expect(text.value("resutveksl_source_up", mf) == 1)
            #expect(text.value("resutveksl_source_up", uib) == 0)
            #expect(text.value("resutveksl_source_shares", hvl) == 1)
            #expect(text.value("resutveksl_source_shares", mf) == 0)
            #expect(text.value("resutveksl_source_retries", uib) == 1)
            #expect(text.value("resutveksl_source_rows_imported_total", hvl) == 1)
            let lanes = "resutveksl_source_lanes_total"
            #expect(text.value(lanes, ["institution": "184", "outcome": "unreachable", "acronym": "UiB"]) == 1)
            #expect(text.value(lanes, ["institution": "203", "outcome": "done"]) == 1)
            #expect(text.value("resutveksl_source_last_answer_timestamp_seconds", uib) == nil)
            for time in ["run_end_timestamp_seconds", "last_success_timestamp_seconds", "last_run_timestamp_seconds"] {
                let value = try #require(text.value("resutveksl_\(time)"))
                #expect(value > before - 5 && value < before + 600, "\(time)")
            }
            #expect(text.value("resutveksl_run_asking_seconds", hvl) ?? 0 > 0)
            #expect(text.value("resutveksl_process_peak_memory_bytes") ?? 0 > 1_000_000)
            let next = try #require(text.value("resutveksl_source_next_attempt_timestamp_seconds", uib))
            #expect(next > before)
        }
    }

    @Test("totals go on from run to run, and a second run replaces the file")
    func totals() async throws {
        let installation = try await Installation.make(203)
        try await withFile { path in
            for (number, person) in [Installation.person1, Installation.person2].enumerated() {
                try await installation.order(person)
                try await installation.must("run", "--metrics-textfile", path)
                let text = try text(path)
                #expect(text.value("resutveksl_run_orders") == 1)
                #expect(text.value("resutveksl_source_orders_asked_total") == Double(number + 1))
                #expect(text.value("resutveksl_source_lanes_total") == Double(number + 1))
            }
        }
    }

    @Test("a run whose database is away says so, and the last success is not forgotten")
    func away() async throws {
        let installation = try await Installation.make(203)
        try await withFile { path in
            let environment = ["RESUTVEKSL_METRICS_TEXTFILE": path]
            let first = try await Command(
                [Command.program, "run"], environment: try installation.environment.merging(environment) { $1 }
            ).finished()
            #expect(first.status == 0)
            let success = try #require(try text(path).value("resutveksl_last_success_timestamp_seconds"))
            let dead = ["RESUTVEKSL_DATABASE": "host=127.0.0.1 port=1 dbname=own user=x"].merging(environment) { $1 }
            for _ in 1...2 {
                #expect(try await Command([Command.program, "run"], environment: dead).finished().status == 69)
                let text = try text(path)
                #expect(text.value("resutveksl_run_exit_status") == 69)
                #expect(text.value("resutveksl_database_up") == 0)
                #expect(text.value("resutveksl_last_success_timestamp_seconds", ["own_institution": "215"]) == success)
                #expect(text.value("resutveksl_orders", ["state": "held"]) == nil)
            }
            try FileManager.default.removeItem(atPath: path)
            _ = try await Command([Command.program, "run"], environment: dead).finished()
            #expect(try text(path).value("resutveksl_run_exit_status", ["own_institution": "unknown"]) == 69)
        }
    }

    @Test("what is not set up is told too")
    func notSetUp() async throws {
        let installation = try await Installation.unset()
        try await withFile { path in
            #expect(try await installation.run("run", "--metrics-textfile", path).status == 78)
            let text = try text(path)
            #expect(text.value("resutveksl_run_exit_status") == 78)
            #expect(text.value("resutveksl_database_up") == 1)
            #expect(text.value("resutveksl_last_success_timestamp_seconds") == nil)
        }
    }

    @Test("a file that cannot be written is logged, and the run ends as it has")
    func unwritable() async throws {
        let installation = try await Installation.make(203)
        let finished = try await installation.run("run", "--metrics-textfile", "/proc/no/x.prom")
        #expect(finished.status == 0)
        #expect(finished.errors.contains("metrics were not written"))
        #expect(finished.errors.contains("/proc/no/x.prom"))
    }
}
