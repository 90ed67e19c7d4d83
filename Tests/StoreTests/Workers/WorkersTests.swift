import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// Several workers, workers that die, and workers that were away.
@Suite struct WorkersTests {
    @Test("workers share the orders: each order is in one claim, and every source is asked about it once")
    func sharing() async throws {
        let playground = try await Playground.make(203, 204)
        try await playground.own("UPDATE resutveksl.sources SET set_size = 20")
        try await playground.orderForPool(400)
        // No source answers before each of them has claimed something.
        let lock = try await playground.lockPersons(at: 203)
        let summaries = try await withThrowingTaskGroup(of: RunSummary.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await playground.run {
                        ($0.claimSize, $0.newcomerClaimSize, $0.newcomerClaimsAtOnce) = (40, 40, 1)
                    }
                }
            }
            try await playground.wait {
                try await $0.value("SELECT count(DISTINCT run_id) FROM resutveksl.claims") == "3"
            }
            await lock.close()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(summaries.map(\.orders).reduce(0, +) == 400)
        #expect(summaries.allSatisfy { $0.orders > 0 })
        #expect(try await playground.value("SELECT sum(asked) FROM resutveksl.run_sources") == "800")
        #expect(try await playground.value("SELECT max(attempts) FROM resutveksl.orders") == "1")
        // Claims that are made in the same moment may be of any size.
        #expect(
            try await playground.value("SELECT bool_and(sets = ceil(asked / 20.0)) FROM resutveksl.run_sources")
                == "true")
    }

    @Test("a run does not leave behind what a worker that died was holding: it waits for the lease and takes it over")
    func takeOver() async throws {
        let playground = try await Playground.make(203)
        let order = try await playground.order(Playground.person1)
        let dead = try await playground.store.beginRun(worker: "dead")
        _ = try await playground.store.claim(run: dead, limit: 10, lease: .seconds(2))
        let summary = try await playground.run { $0.waitsForOthers = true }
        #expect(summary.swept.claims == 1)
        #expect(summary.orders == 1)
        #expect(summary.duration > .seconds(1))
        #expect(try await playground.state(order) == .completed)
    }

    @Test("a run does not wait for a worker that lives")
    func othersLive() async throws {
        let playground = try await Playground.make(203)
        try await playground.order(Playground.person1)
        let lock = try await playground.lockPersons(at: 203)
        let slow = Task { try await playground.run { $0.lease = .seconds(12) } }
        try await playground.wait { try await $0.value("SELECT count(*) FROM resutveksl.claims") == "1" }
        let began = ContinuousClock.now
        let idle = try await playground.run { $0.waitsForOthers = true }
        #expect(idle.orders == 0 && idle.swept.claims == 0)
        #expect(ContinuousClock.now - began < .seconds(10), "a sign of life is enough")
        await lock.close()
        #expect(try await slow.value.settlement.completed == 1)
    }

    @Test("the heartbeat goes on while every thread of the cooperative pool is busy")
    func heartbeat() async throws {
        let playground = try await Playground.make(203)
        try await playground.order(Playground.person1)
        let lock = try await playground.lockPersons(at: 203)
        let worker = Task { try await playground.run { $0.lease = .seconds(2) } }
        try await playground.wait {
            try await $0.value(
                at: 203,
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                == "1"
        }
        let end = ContinuousClock.now + .seconds(5)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<64 { group.addTask { while ContinuousClock.now < end {} } }
        }
        let isHeld = try await playground.value(
            "SELECT bool_and(lease_until > clock_timestamp() AND ended_at IS NULL) FROM resutveksl.claims")
        #expect(isHeld == "true")
        await lock.close()
        #expect(try await worker.value.settlement.completed == 1)
    }

    @Test("new orders do not wait behind a large run")
    func newcomers() async throws {
        let playground = try await Playground.make(203)
        try await playground.own("UPDATE resutveksl.sources SET set_size = 10")
        try await playground.orderForPool(1500)
        try await playground.at(
            203,
            """
            ALTER FUNCTION resutveksl.sharing_state() RENAME TO truly;
            CREATE FUNCTION resutveksl.sharing_state() RETURNS text LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_sleep(0.03); RETURN resutveksl.truly(); END $$;
            """)
        let worker = Task {
            try await playground.run {
                $0.claimSize = 500
                $0.lookInterval = .milliseconds(100)
            }
        }
        try await playground.wait { try await $0.value("SELECT count(*) FROM resutveksl.claims") == "2" }
        try await Task.sleep(for: .milliseconds(500))
        let order = try await playground.order(Playground.person1)
        try await playground.wait { try await $0.isCompleted(order) }
        let left = try await playground.value(
            "SELECT count(*) > 500 FROM resutveksl.orders WHERE state IN ('ordered', 'fetching')")
        #expect(left == "true", "most of what was there before it is still to be done")
        let summary = try await worker.value
        #expect(summary.settlement.completed == 1501)
    }

    @Test("a backlog that was placed order by order is taken from its oldest end, and no more of it than from a list")
    func placedOneByOne() async throws {
        let playground = try await Playground.make(203)
        try await playground.orderForPool(60)
        try await playground.own(
            "UPDATE resutveksl.orders SET due_at = now() - interval '1 hour' + order_number * interval '1 second'")
        let lock = try await playground.lockPersons(at: 203)
        let worker = Task {
            try await playground.run {
                ($0.claimSize, $0.newcomerClaimSize) = (5, 5)
                $0.lookInterval = .milliseconds(20)
            }
        }
        try await playground.wait { try await $0.value("SELECT count(*) FROM resutveksl.claims") == "3" }
        try await Task.sleep(for: .seconds(1))
        let claimed = try await playground.value(
            """
            SELECT string_agg(concat_ws('-', first, last), ' ' ORDER BY first)
            FROM (SELECT min(order_number) AS first, max(order_number) AS last FROM resutveksl.order_claims GROUP BY token) c
            """)
        #expect(claimed == "1-5 6-10 56-60")
        await lock.close()
        #expect(try await worker.value.settlement.completed == 60)
    }

    @Test("when there are as many claims of newcomers as may be, a free claim of the backlog takes the next ones")
    func newcomersInPlenty() async throws {
        let playground = try await Playground.make(203)
        try await playground.orderForPool(1)
        let lock = try await playground.lockPersons(at: 203)
        let worker = Task {
            try await playground.run {
                $0.newcomerClaimsAtOnce = 1
                $0.lookInterval = .milliseconds(20)
            }
        }
        for (claims, person) in [("1", Playground.person1), ("2", Playground.person2)] {
            try await playground.wait { try await $0.value("SELECT count(*) FROM resutveksl.claims") == claims }
            try await playground.order(person)
        }
        try await playground.wait { try await $0.value("SELECT count(*) FROM resutveksl.claims") == "3" }
        await lock.close()
        #expect(try await worker.value.settlement.completed == 3)
    }

    @Test("a further claim of a backlog leaves what came after it to newcomers, and takes what lies just ahead")
    func restOfBacklog() async throws {
        let playground = try await Playground.make(203)
        try await playground.orderForPool(4)
        try await playground.own(
            """
            UPDATE resutveksl.orders SET due_at = now() + CASE order_number
                WHEN 1 THEN interval '-1 hour' WHEN 2 THEN interval '-1 minute' WHEN 3 THEN interval '-1 second'
                ELSE interval '5 minutes' END
            """)
        let moment = try await playground.store.pool.withConnection {
            try await $0.query("SELECT now() - interval '10 seconds'").single(PostgresTimestamp.self)
        }
        let run = try await playground.store.beginRun(worker: "test")
        func claimed(_ scope: ClaimScope) async throws -> [Int64] {
            try await playground.store.claim(scope, run: run, limit: 10, lease: .seconds(60))?
                .orders.map(\.number.rawValue) ?? []
        }
        #expect(try await claimed(.backlog(newcomersAfter: moment)) == [1, 2, 4])
        #expect(try await claimed(.backlog(newcomersAfter: moment)) == [])
        #expect(try await claimed(.newcomers(after: moment)) == [3])
    }

    @Test("lanes of many claims that fail together are ended each for itself, but for a claim that is lost")
    func failingTogether() async throws {
        let (playground, claims) = try await Self.sixLanes()
        let lost = claims[2].token.rawValue
        try await playground.own("UPDATE resutveksl.claims SET lease_until = now() WHERE token = \(lost)")
        let ends = await Self.fail(claims, playground)
        #expect(Set(ends.keys) == Set(claims.map(\.token.rawValue)).subtracting([lost]))
        #expect(ends.values.allSatisfy { $0.nextAttempt != nil && $0.gaveUp == 0 })
        let told = try await playground.value(
            """
            SELECT string_agg(concat_ws(' ', l.token = t.token, l.orders, l.outcome, l.next_attempt IS NOT NULL, t.count), ', ')
            FROM resutveksl.transfer_log l
            FULL JOIN (SELECT o.claim_token AS token, count(*) FROM resutveksl.transfers t JOIN resutveksl.orders o
                USING (order_number) WHERE t.outcome = 'unreachable' AND t.attempt_tokens = ARRAY[o.claim_token]
                GROUP BY 1) AS t ON t.token = l.token
            WHERE l.event = 'source_failed'
            """)
        #expect(told == Array(repeating: "t 2 unreachable t 2", count: 5).joined(separator: ", "))
        let open = try await playground.value(
            "SELECT string_agg(token::text, ' ') FROM resutveksl.run_sources WHERE ended_at IS NULL")
        #expect(open == "\(lost)")
    }

    @Test("a lane that cannot be ended does not keep those from ending that fail with it")
    func refusedTogether() async throws {
        let (playground, claims) = try await Self.sixLanes()
        let refused = try #require(claims[3].orders.first).number.rawValue
        try await playground.own(
            """
            CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
            CREATE TRIGGER refused BEFORE INSERT ON resutveksl.transfers FOR EACH ROW
                WHEN (NEW.order_number = \(refused)) EXECUTE FUNCTION public.refuse();
            """)
        // All wait behind the first.
        let lock = try await playground.cluster.connect(database: playground.name)
        try await lock.execute(script: "BEGIN; LOCK TABLE resutveksl.claims IN ACCESS EXCLUSIVE MODE")
        async let ends = Self.fail(claims, playground)
        try await Task.sleep(for: .milliseconds(300))
        await lock.close()
        let others = Set(claims.map(\.token.rawValue)).subtracting([claims[3].token.rawValue])
        #expect(await Set(ends.keys) == others)
        let failed = try await playground.value(
            "SELECT count(*) FROM resutveksl.transfers WHERE outcome = 'unreachable'")
        #expect(failed == "10")
    }

    @Test("a lane whose end is being committed by a connection that broke is not ended once more")
    func endedMeanwhile() async throws {
        let (playground, claims) = try await Self.sixLanes()
        let broken = try await playground.cluster.connect(database: playground.name)
        try await broken.execute(
            script: """
                BEGIN;
                UPDATE resutveksl.run_sources SET outcome = 'unreachable', ended_at = now()
                WHERE token = \(claims[0].token.rawValue)
                """)
        async let ends = Self.fail([claims[0]], playground)
        try await Task.sleep(for: .milliseconds(300))
        try await broken.execute(script: "COMMIT")
        await broken.close()
        #expect(await ends.count == 1)
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.transfers") == "0")
        #expect(
            try await playground.value("SELECT count(*) FROM resutveksl.transfer_log WHERE event = 'source_failed'")
                == "0")
    }

    /// Six claims of two orders each, for a source that cannot be reached.
    private static func sixLanes() async throws -> (Playground, [Claim]) {
        let playground = try await Playground.make()
        try await playground.register(204, .nobodyListens())
        try await playground.orderForPool(12)
        let run = try await playground.store.beginRun(worker: "test")
        var claims: [Claim] = []
        while let claim = try await playground.store.claim(run: run, limit: 2, lease: .seconds(60)) {
            claims.append(claim)
        }
        try #require(claims.count == 6)
        return (playground, claims)
    }

    /// Ends the lanes of all claims at once: by token, without those that could not be ended.
    private static func fail(_ claims: [Claim], _ playground: Playground) async -> [Int64: Rescheduled] {
        await withTaskGroup(of: (Int64, Rescheduled?).self) { group in
            for claim in claims {
                group.addTask {
                    let end = try? await playground.store.endLane(
                        claim.lanes[0], .failed(.unreachable, remainingFrom: 0), remaining: claim.orders[...],
                        fault: Fault(.noAnswer, reason: "test"), token: claim.token)
                    return (claim.token.rawValue, end)
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    @Test("what was in work when a worker died does not wait until another worker is idle")
    func besideABusyWorker() async throws {
        let playground = try await Playground.make(203, 204)
        let dead = try await playground.order(Playground.person1)
        let run = try await playground.store.beginRun(worker: "dead")
        _ = try await playground.store.claim(run: run, limit: 10, lease: .seconds(60))
        let watching = Watching(playground) { $0.pollInterval = .milliseconds(200) }
        // The survivor is kept busy by a source that does not answer about somebody else.
        let lock = try await playground.lockPersons(at: 204)
        let slow = try await playground.order(Playground.person2)
        try await playground.wait { try await $0.state(slow) == .fetching }
        try await playground.own("UPDATE resutveksl.claims SET lease_until = now() WHERE run_id = \(run)")
        try await playground.wait {
            try await $0.value(
                "SELECT count(*) FROM resutveksl.run_sources l JOIN resutveksl.orders o ON o.claim_token = l.token "
                    + "WHERE o.order_number = \(dead) AND l.source = 203 AND l.outcome = 'done'") == "1"
        }
        await lock.close()
        try await playground.wait { try await $0.isCompleted(dead) }
        try await playground.wait { try await $0.isCompleted(slow) }
        _ = try await watching.end()
    }

    @Test("an order that is deleted while it is in work costs its lane, and not the worker")
    func deletedInWork() async throws {
        let playground = try await Playground.make(203, 204)
        for source: Int32 in [203, 204] {
            try await playground.at(source, "SELECT * FROM example.fill(\(source), 20, 5)")
        }
        try await playground.orderForPool(20)
        let lock = try await playground.lockPersons(at: 203)
        let worker = Task { try await playground.run() }
        try await playground.wait {
            try await $0.value("SELECT count(*) FROM resutveksl.run_sources WHERE source = 204 AND outcome = 'done'")
                == "1"
        }
        try await playground.own(
            """
            ALTER TABLE resutveksl.orders DISABLE TRIGGER USER;
            DELETE FROM resutveksl.orders WHERE order_number = (SELECT min(order_number) FROM resutveksl.orders);
            ALTER TABLE resutveksl.orders ENABLE TRIGGER USER;
            """)
        await lock.close()
        let summary = try await worker.value
        #expect(summary.failed.map(\.source.rawValue) == [203])
        #expect(summary.failed.first?.fault?.kind == .importFailed)
        #expect(summary.settlement.awaitingRetry == 19)
        try await playground.own("UPDATE resutveksl.orders SET due_at = now()")
        #expect(try await playground.run().settlement.completed == 19)
    }

    @Test("an order that kills its workers is isolated and held with a reason; what was beside it is fetched")
    func heldOrder() async throws {
        let playground = try await Playground.make(203)
        try await playground.orderForPool(300)
        let killer = "SELECT order_number FROM resutveksl.orders ORDER BY order_number OFFSET 137 LIMIT 1"
        let number = try #require(try await playground.value(killer).flatMap { Int64($0) })
        var deaths = 0
        var sizes: [Int] = []
        while deaths < 20 {
            let run = try await playground.store.beginRun(worker: "doomed")
            let backlog = try await playground.store.claim(run: run, limit: 5000, lease: .seconds(60))
            let claim: Claim?
            if let backlog {
                claim = backlog
            } else {
                claim = try await playground.store.claim(
                    .suspects(deaths: nil), run: run, limit: 5000, lease: .seconds(60))
            }
            guard let claim else { break }
            if claim.orders.contains(where: { $0.number.rawValue == number }) {
                deaths += 1
                sizes.append(claim.orders.count)
                try await playground.own("UPDATE resutveksl.claims SET lease_until = now() WHERE ended_at IS NULL")
                _ = try await playground.store.sweep()
            } else {
                for lane in claim.lanes {
                    _ = try await playground.store.endLane(
                        lane, .done, remaining: [], fault: nil, token: claim.token)
                }
                _ = try await playground.store.settle(claim.token)
            }
        }
        #expect(deaths == 6)
        #expect(sizes == [300, 100, 10, 1, 1, 1])
        #expect(
            try await playground.value("SELECT hold_reason FROM resutveksl.orders WHERE state = 'held'")
                == "6 workers in a row died while it was in work")
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.orders WHERE state = 'completed'") == "299")
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.transfer_log WHERE event = 'held'") == "1")

        // An operator has looked into it.
        try await playground.own("SELECT resutveksl.release(\(number))")
        #expect(try await playground.run().settlement.completed == 1)
    }

    @Test("a worker that comes back after its lease has run out does not even ask")
    func asksNothingWhenLate() async throws {
        let playground = try await Playground.make(203)
        try await playground.own("UPDATE resutveksl.sources SET set_size = 1")
        for person in [Playground.person1, Playground.person2] { try await playground.order(person) }
        let lock = try await playground.lockPersons(at: 203)
        let late = Task { try await playground.run { $0.lease = .seconds(2) } }
        try await playground.wait { try await $0.value("SELECT count(*) FROM resutveksl.claims") == "1" }
        // It is taken for dead, and another worker does its work.
        try await playground.own("UPDATE resutveksl.claims SET lease_until = now() - interval '1 second'")
        try await Task.sleep(for: .milliseconds(900))
        await lock.close()
        let other = try await playground.run()
        _ = try await late.value
        #expect(other.swept.claims + other.orders > 0 || playground.log.text.contains("no longer held"))
        #expect(try await playground.value("SELECT count(*) FROM resutveksl.orders WHERE state = 'completed'") == "2")
        // The set that was under way was asked about twice; the one after it was not.
        #expect(try await (2...3).contains(playground.questionsAsked(at: 203)))
    }
}
