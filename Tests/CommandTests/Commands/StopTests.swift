import DevCluster
import Glibc
import Postgres
import Testing

/// A run that is asked to end while a source keeps it waiting.
@Suite struct StopTests {
    /// Locks the source's table of persons, so that the question about them waits.
    private func lock(_ installation: Installation) async throws -> Connection {
        let connection = try await installation.cluster.connect(database: installation.database(of: 203))
        try await connection.execute(script: "BEGIN; LOCK TABLE fs.person IN ACCESS EXCLUSIVE MODE")
        return connection
    }

    private func waitsInQuestion(_ installation: Installation) async throws {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(installation.database(of: 203))' "
        try await eventually("the question waits for the lock") {
            try await installation.value(waiting + "AND wait_event_type = 'Lock'") == "1"
        }
    }

    @Test("TERM and INT end a run after the set in work, and the next run does the rest", arguments: [SIGTERM, SIGINT])
    func graceful(signal: Int32) async throws {
        let installation = try await Installation.make(203, 204)
        for person in [Installation.person1, Installation.person2] { try await installation.order(person) }
        for source in ["203", "204"] {
            let connection = try installation.connection(of: source == "203" ? 203 : 204)
            try await installation.must("source", "add", source, connection, "--set-size", "1")
        }
        let holder = try await lock(installation)
        let run = try installation.start(["run"])
        try await waitsInQuestion(installation)
        run.send(signal)
        // It does not end before the set does.
        try await Task.sleep(for: .milliseconds(500))
        #expect(kill(run.identifier, 0) == 0)
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.orders WHERE state = 'fetching'") == "2")
        await holder.close()
        let finished = try await run.finished()
        #expect(finished.status == 3)
        #expect(finished.output.contains("Stopped by a signal"))
        // Source 203 was asked about the first order only.
        let asked = "SELECT sum(asked) FROM resutveksl.run_sources WHERE source = 203"
        #expect(try await installation.value(asked) == "1")
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.orders WHERE state = 'fetching'") == "0")

        let next = try await installation.run("run")
        #expect(next.status == 0, "\(next.output)\(next.errors)")
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.orders WHERE state = 'completed'") == "2")
        #expect(try await installation.value(asked) == "2")
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.external_results") == "2")
    }

    @Test("a second TERM ends it at once, and nothing half is left")
    func atOnce() async throws {
        let installation = try await Installation.make(203)
        try await installation.order(Installation.person1)
        let holder = try await lock(installation)
        let run = try installation.start(["run"])
        try await waitsInQuestion(installation)
        run.send(SIGTERM)
        try await Task.sleep(for: .milliseconds(300))
        run.send(SIGTERM)
        #expect(try await run.finished().status == 128 + SIGTERM)
        await holder.close()
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.external_results") == "0")
        // Instead of waiting until the lease has run out.
        try await installation.own("UPDATE resutveksl.claims SET lease_until = now()")
        #expect(try await installation.run("run").status == 0)
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.external_results") == "1")
    }

    @Test("when the grace is over the question in work is taken back, and everything is handed back")
    func grace() async throws {
        let installation = try await Installation.make(203)
        try await installation.order(Installation.person1)
        let holder = try await lock(installation)
        let run = try installation.start(["run", "--grace", "1"])
        try await waitsInQuestion(installation)
        let began = ContinuousClock.now
        run.send(SIGTERM)
        let finished = try await run.finished()
        #expect(finished.status == 3)
        #expect(ContinuousClock.now - began > .milliseconds(900))
        #expect(ContinuousClock.now - began < .seconds(30))
        // The source's server was told, and does not go on with it.
        let busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(installation.database(of: 203))' "
        try await eventually("the question is taken back") {
            try await installation.value(busy + "AND wait_event_type = 'Lock'") == "0"
        }
        await holder.close()
        #expect(try await installation.value("SELECT string_agg(state, ' ') FROM resutveksl.orders") == "ordered")
        #expect(try await installation.run("run").status == 0)
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.external_results") == "1")
    }

    @Test("a worker that was stopped longer than its lease asks and writes nothing when it goes on")
    func stale() async throws {
        let installation = try await Installation.make(203)
        for person in [Installation.person1, Installation.person2] { try await installation.order(person) }
        try await installation.must("source", "add", "203", installation.connection(of: 203), "--set-size", "1")
        let holder = try await lock(installation)
        let late = try installation.start(["run", "--lease", "1"])
        try await waitsInQuestion(installation)
        late.send(SIGSTOP)
        await holder.close()
        // Waits until the lease is over, and takes over.
        let other = try await installation.run("run")
        #expect(other.status == 0, "\(other.output)\(other.errors)")
        #expect(other.output.contains("Took over 1 claim of workers that had died"))
        let settled = "SELECT string_agg(t::text, '|' ORDER BY order_number) FROM resutveksl.transfers t"
        let before = try await installation.value(settled)
        let asked = "SELECT count(*) FROM resutveksl.disclosures"
        let askedBefore = try await installation.value(asked, in: installation.database(of: 203))
        late.send(SIGCONT)
        let finished = try await late.finished()
        #expect(finished.errors.contains("no longer held"))
        #expect(try await installation.value(settled) == before)
        #expect(try await installation.value("SELECT count(*) FROM resutveksl.external_results") == "1")
        #expect(try await installation.value(asked, in: installation.database(of: 203)) == askedBefore)
        #expect(
            try await installation.value("SELECT string_agg(DISTINCT state, ' ') FROM resutveksl.orders") == "completed"
        )
    }
}
