extension Scenario {
    /// Each round: the floor's two ways and the program's first fetch in turn, then refreshes of what it fetched.
    static let drain = Scenario(
        name: "drain",
        sentence:
            "A run over all orders: first fetch, nothing changed, 2 % changed; beside the floor, a bare COPY script."
    ) { ground in
        for round in 0..<ground.rounds {
            // Whoever is first finds the sources' caches as the others left them; so the first is another one each time.
            for place in 0..<3 {
                switch (place + round) % 3 {
                case 0: try await floor(ground, atOnce: 1, "drain.floor")
                case 1: try await floor(ground, atOnce: 2, "drain.floor2")
                default: try await fetch(ground, round: round)
                }
            }
        }
        if let theirs = ground.book["drain.floor.rows"], let ours = ground.book["drain.first.rows"],
            theirs.median != ours.median
        {
            throw BenchError("the floor imported \(theirs.median) rows and the program \(ours.median)")
        }
        return [
            Comparison(
                "A run over \(ground.orders) orders",
                [
                    ("floor: bare COPY script", "drain.floor"), ("the same, two sources at a time", "drain.floor2"),
                    ("resutveksl run, first fetch", "drain.first"), ("refresh, nothing changed", "drain.unchanged"),
                    ("refresh, 2 % changed", "drain.changed"),
                ]),
            Comparison("Rows imported", [("first fetch", "drain.first.rows"), ("floor", "drain.floor.rows")]),
            Comparison(
                "Results that a refresh reported as changed",
                [("nothing changed", "drain.unchanged.rows"), ("2 % changed", "drain.changed.rows")]),
            Comparison("Peak memory", [("resutveksl run, first fetch", "drain.first.memory")]),
        ]
    }

    private static func floor(_ ground: Ground, atOnce: Int, _ series: String) async throws {
        try await ground.withOwn { own in
            let timed = try await ground.time(["sh", "\(ground.folder)/floor/floor.sh", own.text, "\(atOnce)"])
            guard timed.status == 0 else {
                throw BenchError("the floor ended with \(timed.status): \(timed.output.suffix(500))")
            }
            ground.book.add(series, timed.seconds, unit: "s")
            let rows = try await own.count("SELECT count(*) FROM floor.results")
            ground.book.add("\(series).rows", Double(rows), unit: "rows")
        }
    }

    private static func fetch(_ ground: Ground, round: Int) async throws {
        try await ground.world.forgetDisclosures()
        try await ground.withOwn { own in
            let first = try await ground.drain(own)
            ground.book.add("drain.first", first.seconds, unit: "s")
            ground.book.add("drain.first.memory", first.memory, unit: "MiB")
            let rows = try await own.count("SELECT count(*) FROM resutveksl.external_results")
            ground.book.add("drain.first.rows", Double(rows), unit: "rows")
            try await refresh(ground, own, "drain.unchanged")
            try await ground.world.changeGrades(lot: round)
            try await refresh(ground, own, "drain.changed")
        }
    }

    /// The weekly refresh finds a database that autovacuum has been to since.
    private static func refresh(_ ground: Ground, _ own: OwnDatabase, _ series: String) async throws {
        try await own.order(ground.orders)
        try await own.run("VACUUM (ANALYZE)")
        let before = try await own.count("SELECT count(*) FROM resutveksl.result_changes")
        let timed = try await ground.drain(own)
        ground.book.add(series, timed.seconds, unit: "s")
        let after = try await own.count("SELECT count(*) FROM resutveksl.result_changes")
        ground.book.add("\(series).rows", Double(after - before), unit: "changes")
    }
}
