import ArgumentParser

/// How large a world is made, as options.
struct WorldArguments: ParsableArguments {
    @Option(help: "Source databases.") var sources: Int?
    @Option(help: "Persons per source.") var persons: Int?
    @Option(help: "Results per person at a source, on average.") var results: Int?
    @Option(help: "Orders that are due.") var orders: Int?
    @Option(help: "Persons whom the sources choose theirs from.") var pool: Int?
    @Flag(help: "A server that survives a crash of the machine (fsync on), as in production.") var durable = false

    func validate() throws {
        for (name, value) in [
            ("sources", sources), ("persons", persons), ("results", results), ("orders", orders), ("pool", pool),
        ] {
            if let value, value < 1 { throw ValidationError("--\(name) is at least 1.") }
        }
    }

    /// A plan with what was said put in the place of what it has.
    func applied(to plan: BenchPlan) -> BenchPlan {
        var plan = plan
        if let sources { plan.sources = sources }
        if let persons { plan.personsPerSource = persons }
        if let results { plan.resultsPerPerson = results }
        if let orders { plan.orders = orders }
        plan.pool = pool ?? plan.personsPerSource * plan.sources * 16 / 25
        plan.pool = max(plan.pool, plan.orders + plan.visitors, plan.personsPerSource)
        plan.largest = min(max(plan.largest, plan.orders + plan.visitors), plan.pool)
        plan.isDurable = plan.isDurable || durable
        return plan
    }
}
