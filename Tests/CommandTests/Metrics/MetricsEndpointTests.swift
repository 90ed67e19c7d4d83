import AsyncHTTPClient
import DevCluster
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// `watch --metrics-listen`: the page that Prometheus asks for.
@Suite struct MetricsEndpointTests {
    /// Starts a worker that serves metrics, and stops it after.
    private func watching(
        _ installation: Installation, port: Int, _ body: (Command) async throws -> Void
    ) async throws -> Finished {
        let watch = try installation.start(["watch", "--poll", "1", "--metrics-listen", "127.0.0.1:\(port)"])
        do { try await body(watch) } catch {
            watch.send(SIGKILL)
            throw error
        }
        watch.send(SIGTERM)
        return try await watch.finished()
    }

    @Test("it tells what the worker has done, and what the database knows")
    func page() async throws {
        let installation = try await Installation.make(203)
        try await installation.addDeadSource(184)
        let page = Page(port: try SmallServer.freePort())
        let finished = try await watching(installation, port: page.port) { _ in
            try await eventually("the page is served") { await page.status("healthz") == 200 }
            try await installation.order(Installation.person1)
            try await eventually("the order waits for tomorrow") {
                try await installation.value("SELECT state FROM resutveksl.orders") == "awaiting_retry"
            }
            try await eventually("the worker has let go of it") {
                try await page.metrics().value("resutveksl_worker_orders_settled_total") == 1
            }
            let text = try await page.metrics()
            #expect(text.samples.allSatisfy { $0.labels["own_institution"] == "215" })
            #expect(text.value("resutveksl_worker_claims_total") == 1)
            #expect(text.value("resutveksl_worker_orders_in_work") == 0)
            #expect(text.value("resutveksl_worker_questions_total") == 1)
            #expect(text.value("resutveksl_worker_rows_imported_total") == 1)
            #expect(text.value("resutveksl_worker_asking_seconds_count", ["institution": "203"]) == 1)
            #expect(
                text.value(
                    "resutveksl_worker_source_failures_total", ["institution": "184", "outcome": "unreachable"]) == 1)
            #expect(text.value("resutveksl_source_up", ["institution": "184"]) == 0)
            #expect(text.value("resutveksl_source_connections", ["institution": "203"]) == 1)
            #expect(text.value("resutveksl_database_connections") ?? 0 >= 2)
            #expect(text.value("resutveksl_run_exit_status") == nil)
            #expect(await page.contentType("metrics") == "text/plain; version=0.0.4; charset=utf-8")
            #expect(await page.status("other") == 404)
        }
        #expect(finished.status == 0, "\(finished.errors)")
    }

    @Test("while the database is away the page is there and says so, and /healthz is 503")
    func away() async throws {
        let installation = try await Installation.make(203)
        let page = Page(port: try SmallServer.freePort())
        let finished = try await watching(installation, port: page.port) { _ in
            try await eventually("the page is served") { await page.status("healthz") == 200 }
            #expect(try await page.metrics().value("resutveksl_database_up") == 1)
            try await installation.cluster.run(
                """
                ALTER DATABASE \(installation.name) ALLOW_CONNECTIONS false;
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(installation.name)'
                """)
            try await eventually("it is not healthy") { await page.status("healthz") == 503 }
            let text = try await page.metrics()
            #expect(text.value("resutveksl_database_up", ["own_institution": "215"]) == 0)
            #expect(text.value("resutveksl_worker_claims_total") == 0)
            try await installation.cluster.run("ALTER DATABASE \(installation.name) ALLOW_CONNECTIONS true")
            try await eventually("it is healthy again") { await page.status("healthz") == 200 }
        }
        #expect(finished.status == 0, "\(finished.errors)")
    }

    @Test("an address that is taken is said, and does not keep the worker from working")
    func taken() async throws {
        let installation = try await Installation.make(203)
        let server = try SmallServer(.answers([200]))
        defer { server.end() }
        let finished = try await watching(installation, port: server.port) { _ in
            try await installation.order(Installation.person1)
            try await eventually("the order is completed") {
                try await installation.value("SELECT state FROM resutveksl.orders") == "completed"
            }
        }
        #expect(finished.status == 0)
        #expect(finished.errors.contains("metrics cannot be served"))
    }

    @Test("who connects while it ends does not break it", arguments: 1...3)
    func crowd(round: Int) async throws {
        let installation = try await Installation.make(203)
        let page = Page(port: try SmallServer.freePort())
        let crowd = Crowd(port: page.port)
        defer { crowd.end() }
        let finished = try await watching(installation, port: page.port) { _ in
            try await eventually("the page is served") { await page.status("healthz") == 200 }
            try crowd.start()
            try await eventually("they connect") { crowd.connected > 10 }
        }
        #expect(finished.status == 0, "\(finished.errors)")
    }

    @Test("an address in the environment that is none is told at once")
    func wrong() async throws {
        let environment = try await Installation.untouched().environment
        let finished = try await Command(
            [Command.program, "watch"], environment: environment.merging(["RESUTVEKSL_METRICS_LISTEN": "9187"]) { $1 }
        ).finished()
        #expect(finished.status == 78)
        #expect(finished.errors.contains("RESUTVEKSL_METRICS_LISTEN"))
    }
}

/// What a worker serves.
struct Page {
    let port: Int

    private func get(_ path: String) async -> HTTPClientResponse? {
        try? await HTTPClient.shared.execute(
            HTTPClientRequest(url: "http://127.0.0.1:\(port)/\(path)"), timeout: .seconds(20))
    }

    /// Nil when nobody answers.
    func status(_ path: String) async -> Int? { await get(path).map { Int($0.status.code) } }

    func contentType(_ path: String) async -> String? { await get(path)?.headers.first(name: "content-type") }

    func metrics() async throws -> MetricsText {
        let response = try #require(await get("metrics"))
        var text = ""
        for try await piece in response.body { text += String(decoding: piece.readableBytesView, as: UTF8.self) }
        return try MetricsText(text)
    }
}
