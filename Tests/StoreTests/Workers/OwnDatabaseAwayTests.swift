import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// The own database goes away while a worker works, and comes back.
@Suite struct OwnDatabaseAwayTests {
    /// Runs 300 orders in small sets while `trouble` plays, and looks that everything is there once and was asked once.
    private func drain(
        _ own: OwnServer, orders: Int = 300, trouble: @escaping @Sendable () async throws -> Void
    ) async throws {
        let playground = own.playground
        for source: Int32 in [203, 204] {
            try await playground.at(source, "SELECT * FROM example.fill(\(source), 300, 5)")
        }
        try await playground.own("UPDATE resutveksl.sources SET set_size = 10")
        try await playground.orderForPool(orders)
        let troubling = Task { try await trouble() }
        var options = WorkerOptions()
        options.claimSize = 100
        let summary = try await Run(
            store: own.patientStore, options: options, logger: playground.log.logger()
        ).drain()
        try await troubling.value
        // Claims whose lease ran out meanwhile were taken up again by the same run.
        #expect(
            try await own.value("SELECT string_agg(DISTINCT state, ' ') FROM resutveksl.orders") == "completed")
        #expect(summary.failed.isEmpty)
        for source: Int32 in [203, 204] {
            let there = try await playground.value(
                at: source,
                """
                SELECT count(*) FROM fs.studentvurdkombprotokoll v JOIN fs.karakterregel r USING (karregelkode)
                WHERE v.status_gyldig = 'J' AND v.status_manuelt_ugyldig IS DISTINCT FROM 'J' AND v.karaktertall
                    BETWEEN SYMMETRIC r.karaktertall_beste AND r.karaktertall_darligste_bestatt
                    AND coalesce((SELECT a.status_svar FROM fs.personakseptanse a
                        WHERE a.fodselsdato = v.fodselsdato AND a.personnr = v.personnr
                        ORDER BY a.dato_svar DESC, a.status_svar DESC LIMIT 1), 'J') <> 'N'
                """)
            let here = try await own.value(
                "SELECT count(*) FROM resutveksl.external_results WHERE source = \(source) AND category = 'Emne'")
            #expect(here == there)
            #expect(there != "0")
        }
        #expect(try await own.value("SELECT count(*) FROM resutveksl.result_changes") == "0")
        #expect(
            try await own.value(
                "SELECT sum(new_results) = (SELECT count(*) FROM resutveksl.external_results) FROM resutveksl.orders")
                == "true", "nothing was counted twice")
        #expect(
            try await own.value(
                """
                SELECT count(*) FROM (SELECT source, sum(asked) AS asked FROM resutveksl.run_sources GROUP BY source) s
                WHERE asked <> \(orders)
                """) == "0", "nothing that was settled was settled again")
    }

    @Test("a restart of the own server is waited out, told once, and the run goes on where it was")
    func restart() async throws {
        try await OwnServer.with(203, 204) { own in
            try await drain(own) {
                try await Task.sleep(for: .milliseconds(150))
                try await own.cluster.restart(.immediate)
                try await Task.sleep(for: .milliseconds(150))
                try await own.cluster.restart(.fast)
            }
            let log = own.playground.log.text
            let times = log.components(of: "the own database is away; waiting for it")
            #expect((1...2).contains(times), "\(times)")
            #expect(log.components(of: "the own database is back") == times)
        }
    }

    @Test("sessions that are terminated one after the other cost a repetition, and no result")
    func terminated() async throws {
        try await OwnServer.with(203, 204) { own in
            try await drain(own) {
                for _ in 0..<25 {
                    try await Task.sleep(for: .milliseconds(20))
                    _ = try await own.value(
                        """
                        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                        WHERE datname = current_database() AND pid <> pg_backend_pid()
                        """)
                }
            }
        }
    }

    @Test(
        "a line that is cut after any number of bytes, in the answer to a commit too, repeats nothing that took effect")
    func cutAnywhere() async throws {
        try await OwnServer.with(203, 204) { own in
            try await drain(own) {
                // Odd numbers, so that the cut falls on every part of every answer in turn.
                for bytes in stride(from: 37, to: 1500, by: 53) {
                    await own.proxy.set(.cut(afterBytes: bytes))
                    try await Task.sleep(for: .milliseconds(12))
                }
                await own.proxy.set(.pass)
            }
        }
    }

    @Test("without patience the run ends with the own database's error")
    func impatient() async throws {
        try await OwnServer.with(203) { own in
            try await own.playground.order(Playground.person1)
            let holder = try await own.playground.lockPersons(at: 203)
            let run = Task { try await own.playground.run() }
            try await own.playground.wait { _ in
                try await own.value("SELECT count(*) FROM resutveksl.orders WHERE state = 'fetching'") == "1"
            }
            try await own.cluster.stop(.immediate)
            await holder.close()
            await #expect(throws: PostgresError.self) { _ = try await run.value }
            try await own.cluster.startAgain()
        }
    }

    @Test("a resident worker listens again after a restart, and says so once")
    func watchGoesOn() async throws {
        try await OwnServer.with(203) { own in
            let watching = Watching(own.playground) { $0.pollInterval = .seconds(1) }
            let first = try await own.playground.order(Playground.person1)
            try await own.playground.wait { try await $0.isCompleted(first) }
            try await own.cluster.stop(.fast)
            try await Task.sleep(for: .milliseconds(1200))
            try await own.cluster.startAgain()
            let second = try await own.playground.order(Playground.person2)
            try await own.playground.wait { try await $0.isCompleted(second) }
            try await own.playground.wait { $0.log.text.components(of: "listening for orders again") == 1 }
            _ = try await watching.end()
            let log = own.playground.log.text
            #expect(log.components(of: "the own database is away; waiting for it") <= 1)
            #expect(log.components(of: "cannot listen for orders") == 1)
        }
    }
}
