import DevCluster
import Glibc
import Postgres

extension Scenario {
    static let poison = Scenario(
        name: "poison",
        sentence: "Whenever one certain order is asked about, the worker dies; that order is held, the rest go on."
    ) { stage in
        let site = try await stage.site("poison")
        let victim = site.sources[2]
        let ground = FaultGround(site: site, victim: victim)
        var round = Round(site)
        round.arguments = ["run", "--lease", "1", "--claim-size", "40", "--log-level", "warning"]
        if stage.isQuick { try await site.own("UPDATE resutveksl.settings SET worker_deaths = 4") }
        var result = ScenarioResult(rounds: 1)
        result.orders = try await round.begin(0..<stage.size(site.plan.persons, quick: 80))
        let poisoned = try await site.value(
            "SELECT min(order_number) + 24 FROM chaos.orders WHERE state = 'ordered'", as: Int64.self)
        // A sequence moves at once, also in a transaction that never ends; a notification would not.
        try await ground.own("CREATE SEQUENCE chaos_poison")
        try await ground.wrap(
            "plpgsql",
            """
            BEGIN
                IF \(poisoned) = ANY (refs) THEN
                    PERFORM nextval('public.chaos_poison'), pg_sleep(5);
                END IF;
                RETURN QUERY SELECT * FROM \(FaultGround.truly);
            END
            """)
        do {
            let deaths = try await killWhoAsks(site, ground, poisoned, round.arguments)
            result.figure("deaths", deaths)
            try await site.own("INSERT INTO chaos.held VALUES (\(poisoned))")
            let (_, oddities) = try await round.drain(retries: false)
            result.add(oddities)
            Round.tell(oddities)
            result.add(try await round.end())
        } catch {
            try? await ground.unwrap()
            try? await ground.own("DROP SEQUENCE chaos_poison")
            throw error
        }
        try await ground.unwrap()
        try await ground.own("DROP SEQUENCE chaos_poison")
        // Mended and released, it is fetched like any other.
        let lifted = ContinuousClock.now
        try await site.own("DELETE FROM chaos.held; SELECT resutveksl.release(\(poisoned))")
        let (_, oddities) = try await round.drain(retries: false)
        result.recovery = lifted.duration(to: .now)
        result.add(oddities)
        Round.tell(oddities)
        return result
    }

    /// - Returns: how many workers died of it until it was held.
    private static func killWhoAsks(
        _ site: Site, _ ground: FaultGround, _ poisoned: Int64, _ arguments: [String]
    ) async throws -> Int {
        let (deaths, oddities) = try await Crew.work(site, count: 2, arguments) { crew in
            var deaths = 0
            var seen: Int64 = 0
            let deadline = ContinuousClock.now + .seconds(90)
            while .now < deadline {
                let calls = try await ground.victim.withOwner { source in
                    try await source.query("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM chaos_poison")
                        .single(Int64.self)
                }
                if calls > seen {
                    seen = calls
                    let holder = try await site.withOwn { own in
                        try await own.query(
                            """
                            SELECT split_part(r.worker, ':', 2)::int FROM resutveksl.orders o
                            JOIN resutveksl.claims c ON c.token = o.claim_token JOIN resutveksl.runs r USING (run_id)
                            WHERE o.order_number = $1
                            """, poisoned
                        ).decode(Int32.self).first
                    }
                    for worker in crew.running where worker.process == holder && worker.send(SIGKILL) { deaths += 1 }
                }
                let (state, others) = try await site.withOwn { own in
                    try await own.query(
                        """
                        SELECT (SELECT state FROM resutveksl.orders WHERE order_number = $1),
                            (SELECT count(*) FROM chaos.orders WHERE state IN ('ordered', 'fetching', 'awaiting_retry')
                                AND order_number <> $1)
                        """, poisoned
                    ).single(String.self, Int.self)
                }
                if state == "held", others == 0 { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            return deaths
        }
        Round.tell(oddities)
        return deaths
    }
}
