import DevCluster

/// How large a measured world is.
struct BenchPlan: Sendable, Codable {
    var sources = 50
    var personsPerSource = 6000
    var resultsPerPerson = 13
    /// Due at the beginning of each round.
    var orders = 10_000
    /// Persons whom the sources choose theirs from; a person is known at three sources in two.
    var pool = 192_000
    /// Persons who are known and have consented, but have no order yet: for orders one at a time.
    var visitors = 1000
    /// The most orders at once, where the cost is measured against the size.
    var largest = 150_000
    /// Whether the server survives a crash of the machine; off, everything is bound by the processors alone.
    var isDurable = false

    /// A world that is made, and drained, in seconds.
    static var quick: BenchPlan {
        var plan = BenchPlan()
        plan.personsPerSource = 600
        plan.orders = 1000
        plan.largest = 3000
        plan.pool = 19_200
        return plan
    }

    var examples: ExamplePlan {
        var plan = ExamplePlan(
            sources: sources, personsPerSource: personsPerSource, resultsPerPerson: resultsPerPerson, poolSize: pool)
        plan.includesTestPersons = false
        plan.requester = BenchWorld.own
        return plan
    }

    /// The server: one for everything, as on a developer's machine, with room for peers that open pools to all sources.
    var cluster: ClusterOptions {
        var options = ClusterOptions(listensOnTCP: true)
        options.isDurable = isDurable
        options.maxConnections = 1000
        options.settings = [
            "shared_buffers": "1GB", "max_wal_size": "8GB", "checkpoint_timeout": "1h", "track_commit_timestamp": "on",
        ]
        return options
    }

    var sentence: String {
        "\(sources) sources of \(personsPerSource) persons and about \(personsPerSource * resultsPerPerson) results, "
            + "\(orders) orders; \(isDurable ? "fsync on" : "fsync, synchronous_commit and full_page_writes off")"
    }
}
