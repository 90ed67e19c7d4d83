import DevCluster
import Glibc
import Postgres
import Testing

/// `watch`: stays, fetches at once, and ends when told.
@Suite struct WatchTests {
    @Test(
        "an order is fetched within seconds of being placed, and TERM ends the worker with what it has done",
        arguments: [SIGTERM, SIGINT])
    func stays(signal: Int32) async throws {
        let installation = try await Installation.make(203)
        let watch = try installation.start(["watch"])
        try await installation.order(Installation.person1)
        try await eventually("the order is completed") {
            try await installation.value("SELECT state FROM resutveksl.orders") == "completed"
        }
        watch.send(signal)
        let finished = try await watch.finished()
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(finished.lines.first?.hasPrefix("1 order, 1 source, 1 row imported, 1 question") == true)
        #expect(finished.errors.contains("watching for orders"))
        #expect(try await installation.value("SELECT ended_at IS NOT NULL FROM resutveksl.runs") == "true")
        let sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(installation.database(of: 203))'"
        try await eventually("no session is left at the source") { try await installation.value(sessions) == "0" }
    }

    @Test("after a kill -9 another worker takes the orders up when the lease is over")
    func killed() async throws {
        let installation = try await Installation.make(203)
        let connection = try await installation.cluster.connect(database: installation.database(of: 203))
        try await connection.execute(script: "BEGIN; LOCK TABLE fs.person IN ACCESS EXCLUSIVE MODE")
        let doomed = try installation.start(["watch", "--lease", "2"])
        try await installation.order(Installation.person1)
        try await eventually("the order is being fetched") {
            try await installation.value("SELECT state FROM resutveksl.orders") == "fetching"
        }
        let other = try installation.start(["watch", "--poll", "1"])
        doomed.send(SIGKILL)
        _ = try await doomed.finished()
        await connection.close()
        try await eventually("the order is completed") {
            try await installation.value("SELECT state FROM resutveksl.orders") == "completed"
        }
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.external_results") == "1")
        #expect(
            try await installation.value("SELECT count(*) FROM resutveksl.transfer_log WHERE event = 'taken_over'")
                == "1")
        other.send(SIGTERM)
        #expect(try await other.finished().status == 0)
    }

    @Test("what is not set up, or not there, ends it at once")
    func notSetUp() async throws {
        let unset = try await Installation.unset().run("watch")
        #expect(unset.status == 78)
        #expect(unset.errors.contains("resutveksl setting set own_institution"))
        let away = try await Command(
            [Command.program, "watch", "--database", "host=127.0.0.1 port=1 dbname=own user=x"]
        ).finished()
        #expect(away.status == 69)
    }

    @Test("a source that fails is told when it happens, with what is known of it")
    func tells() async throws {
        let installation = try await Installation.make(203)
        try await installation.addDeadSource(184)
        let watch = try installation.start(["watch"])
        try await installation.order(Installation.person1)
        try await eventually("the order waits for tomorrow") {
            try await installation.value("SELECT state FROM resutveksl.orders") == "awaiting_retry"
        }
        watch.send(SIGTERM)
        let finished = try await watch.finished()
        let line = try #require(finished.errors.split(separator: "\n").first { $0.contains("could not be asked") })
        for pair in [
            "institution=184", "outcome=unreachable", "fault=connection_refused", "errno=ECONNREFUSED", "phase=connect",
        ] {
            #expect(line.contains(pair))
        }
        #expect(line.contains(/next=\d\d\.\d\d\.\d{4} \d\d:\d\d/))
    }
}
