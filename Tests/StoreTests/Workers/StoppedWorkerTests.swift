import DevCluster
import Exchange
import Postgres
import Store
import Testing

@Suite struct StoppedWorkerTests {
    @Test("orders of a worker that was stopped while it sent an answer's rows are taken over all the same")
    func stoppedInCopy() async throws {
        let playground = try await Playground.make(203)
        let number = try await playground.order(Playground.person1)
        let run = try await playground.store.beginRun(worker: "stopped")
        let claim = try #require(try await playground.store.claim(run: run, limit: 10, lease: .seconds(60)))
        let order = try #require(claim.orders.first)

        // Far more than sockets hold, so that the server waits for the rest of it.
        let results = try (0..<400).map { place in
            FetchedResult(
                institution: try playground.institution(203), key: "\(place)", category: .course, code: "MAT",
                descriptions: FetchedResult.Names(bokmal: String(repeating: "x", count: 20_000)))
        }
        let fingerprint = try #require(Fingerprint(String(repeating: "0", count: 32)))
        let set = SetImport(
            token: claim.token, run: run, source: try playground.institution(203),
            orders: [order],
            answers: [
                order.number: .fetched(
                    PersonAnswer.Disclosure(
                        foundUnder: try #require(order.currentNumber), fingerprint: fingerprint,
                        resultCount: results.count, heldBack: 0), results: results)
            ], cursor: number, fingerprints: [:])

        let proxy = try FaultProxy(to: playground.cluster)
        await proxy.set(.delay(.milliseconds(20)))
        let way = "host=127.0.0.1 port=\(proxy.port) dbname=\(playground.name) user=postgres application_name=stopped"
        let stopped = Store(try ConnectionString(way), lease: .seconds(1), logger: playground.log.logger())
        let writing = Task { try await stopped.write(set) }
        let isCopying = """
            SELECT count(*) FROM pg_stat_activity WHERE application_name = 'stopped' AND query LIKE 'COPY%'
                AND state = 'active' AND datname = current_database()
            """
        while try await playground.value(isCopying) == "0" { try await Task.sleep(for: .milliseconds(10)) }
        await proxy.set(.halfOpen)
        try await playground.own("UPDATE resutveksl.claims SET lease_until = clock_timestamp()")

        #expect(try await playground.store.sweep().claims == 1)
        #expect(try await playground.value(isCopying) == "1", "it was in the middle of it all the time")
        writing.cancel()
        await #expect(throws: (any Error).self) { try await writing.value }
    }
}
