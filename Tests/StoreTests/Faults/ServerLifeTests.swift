import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// A source's server is full, goes down, comes up, or is a standby: real ones.
@Suite struct ServerLifeTests {
    @Test("a server with no connection left is told as such, and is asked when it has one")
    func full() async throws {
        try await SpareServer.with {
            $0.maxConnections = 6
        } _: { server, playground in
            var crowd: [Connection] = []
            for _ in 0..<3 {
                crowd.append(try await server.cluster.connect(user: "resutveksl_requester"))
            }
            let order = try await playground.order(Playground.person1)
            let summary = try await playground.run()
            try await playground.expect(
                ExpectedFault("unreachable", "too_many_connections", sqlState: "53300", phase: "authenticate"),
                of: order, in: summary)
            try await playground.expectUnharmed(order, in: summary)
            for connection in crowd { await connection.close() }
            try await playground.own("UPDATE resutveksl.orders SET due_at = now()")
            // The server takes a moment to notice that they left.
            try await playground.wait { _ in
                await (try? server.cluster.connect(user: "resutveksl_requester"))?.close() != nil
            }
            #expect(try await playground.run().isComplete)
            #expect(try await playground.state(order) == .completed)
        }
    }

    @Test(
        "a server that is shut down while it is asked is told as that",
        arguments: [PrivateCluster.StopMode.fast, .immediate])
    func shutDown(_ mode: PrivateCluster.StopMode) async throws {
        try await SpareServer.with { server, playground in
            try await server.run(
                """
                ALTER FUNCTION resutveksl.sharing_state() RENAME TO true_state;
                CREATE FUNCTION resutveksl.sharing_state() RETURNS text LANGUAGE sql AS
                    $$ SELECT 'open' FROM pg_sleep(30) $$
                """)
            let order = try await playground.order(Playground.person1)
            let worker = Task { try await playground.run() }
            let watching = try await server.cluster.connect()
            try await playground.wait { _ in
                try await watching.query(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                ).single(Int.self) == 1
            }
            await watching.close()
            try await server.cluster.stop(mode)
            let summary = try await worker.value
            // In a hurry it says no last word that counts: libpq tells a warning and the end of the stream.
            let told =
                mode == .fast
                ? ExpectedFault("unreachable", "shutting_down", sqlState: "57P01", phase: "query")
                : ExpectedFault("unreachable", "connection_lost", errno: "ECONNRESET", phase: "query", orNoErrno: true)
            try await playground.expect(told, of: order, in: summary)
            try await playground.expectUnharmed(order, in: summary)
        }
    }

    @Test("a standby that may be read takes no record of a disclosure; one that may not be read is not ready")
    func standby() async throws {
        try await SpareServer.with {
            $0.settings = ["wal_level": "replica"]
        } _: { server, playground in
            let order = try await playground.order(Playground.person1)
            let signal = "\(server.cluster.folder)/data/standby.signal"
            try await server.run("SELECT example.add_test_person_1(); COPY (SELECT) TO '\(signal)'")
            try await server.cluster.restart()
            let first = try await playground.run()
            try await playground.expect(
                ExpectedFault("failed", "read_only", sqlState: "25006", phase: "query", words: "primary"),
                of: order, in: first)
            try await playground.expectUnharmed(order, in: first)

            try await server.run("ALTER SYSTEM SET hot_standby = off")
            try await server.cluster.restart()
            try await playground.own("UPDATE resutveksl.orders SET state = 'ordered'")
            let second = try await playground.run()
            try await playground.expect(
                ExpectedFault("unreachable", "not_ready", sqlState: "57P03", phase: "authenticate"), of: order,
                in: second)
        }
    }
}
