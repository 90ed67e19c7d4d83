import DevCluster
import Postgres

/// How large the world of a scenario is.
struct WorldPlan: Sendable {
    var sources = 10
    /// Persons who can be ordered for; each is known at about four sources.
    var persons = 240
    var resultsPerPerson = 6
    /// Persons per question, small so that there are many moments between two of them.
    var setSize: Int32 = 10
    var connectTimeout: Duration = .seconds(1)
    var statementTimeout: Duration = .seconds(5)

    /// Everybody needs a number under which no source knows anybody, for those who have changed theirs.
    var poolSize: Int { persons * 2 }

    func examples() -> ExamplePlan {
        var plan = ExamplePlan(
            sources: sources, personsPerSource: max(1, persons * 4 / sources), resultsPerPerson: resultsPerPerson,
            poolSize: persons)
        plan.includesTestPersons = false
        return plan
    }

    /// What a person answered to us: most J, some N, some nothing.
    static func answer(_ place: Int) -> String? {
        switch place % 20 {
        case 3: "N"
        case 7: nil
        default: "J"
        }
    }

    /// Whether a person has a number of later date than the one that the sources know.
    static func hasNewNumber(_ place: Int) -> Bool { place % 20 == 11 }
}
