import DevCluster
import Postgres

extension Scenario {
    /// Orders one at a time, ten a second, while nothing else happens and while something does.
    static let one = Scenario(
        name: "one",
        sentence:
            "One order with watch, from placed to all its results visible: idle, a tenth black-holed, in a large run."
    ) { ground in
        let visits = try await Visits.plan(ground)
        try await watched(ground) { own, sessions in
            ground.book.add("one.first", try await visits.warm(sessions) / .milliseconds(1), unit: "ms")
            try await visits.measure(sessions, "one.healthy", ground)
        }
        let dark = max(1, ground.world.plan.sources / 10)
        try await watched(ground) { own, sessions in
            _ = try await visits.warm(sessions)
            try await own.reach(try await ground.proxies.reach(dark, .blackHole))
            let quiet = ground.world.examples.sources.suffix(dark).map(\.institution)
            try await visits.measure(sessions, "one.dark", ground, without: quiet)
        }
        await ground.proxies.pass()
        try await busy(ground, visits)
        return [
            Comparison(
                "One order, placed to visible, with \(ground.world.plan.sources) sources",
                [
                    ("idle", "one.healthy"), ("idle, placed to completed", "one.healthy.completed"),
                    ("the very first, nothing connected", "one.first"),
                    ("\(dark) sources black-holed", "one.dark"), ("during a large run", "one.busy"),
                ])
        ]
    }

    /// A whole list is ordered for while the worker is up; single orders come in after it.
    private static func busy(_ ground: Ground, _ visits: Visits) async throws {
        let plan = ground.world.plan
        try await ground.world.makeEverybody()
        try await watched(ground, BenchWorld.everybodyTemplate) { own, sessions in
            // Not for the visitors, whose own orders are what is measured.
            try await own.run(
                """
                INSERT INTO resutveksl.orders (person_id, purpose, ordered_by)
                SELECT person_id, 'application', 'opptak' FROM resutveksl.persons
                WHERE person_id > \(plan.orders + plan.visitors) ORDER BY person_id
                """)
            try await visits.measure(
                sessions, "one.busy", ground, every: .milliseconds(250),
                while: """
                    SELECT EXISTS (SELECT FROM resutveksl.orders
                        WHERE state IN ('ordered', 'fetching') AND ordered_by = 'opptak')
                    """)
        }
    }

    private static func watched(
        _ ground: Ground, _ template: String = BenchWorld.idleTemplate,
        _ body: (OwnDatabase, ConnectionPool) async throws -> Void
    ) async throws {
        try await ground.withOwn(template: template) { own in
            try await Watcher.with(ground, own) { _ in
                try await own.withSessions { try await body(own, $0) }
            }
        }
    }
}
