/// What came of a scenario, as the line that scripts read.
struct ScenarioResult: Sendable {
    var rounds = 0
    var orders = 0
    /// An order or a result that is not there, or a pair that was never settled.
    var lost = 0
    /// Something that stands, was told or was asked more than once.
    var duplicated = 0
    /// Something that stands here and is not so, or was written by somebody who may not.
    var wrong = 0
    /// From the end of the last fault until everything was settled.
    var recovery: Duration = .zero
    /// Figures of the scenario's own, in the order in which they are printed.
    var figures: [(name: String, value: String)] = []

    var isGood: Bool { lost == 0 && duplicated == 0 && wrong == 0 }

    mutating func add(_ violations: [Violation]) {
        for violation in violations {
            switch violation.kind {
            case .lost: lost += 1
            case .duplicated: duplicated += 1
            case .wrong: wrong += 1
            }
        }
    }

    /// Adds a round, or a part that was played by itself.
    mutating func add(_ part: ScenarioResult) {
        rounds += part.rounds
        orders += part.orders
        lost += part.lost
        duplicated += part.duplicated
        wrong += part.wrong
        recovery = max(recovery, part.recovery)
    }

    mutating func figure(_ name: String, _ value: some CustomStringConvertible) {
        figures.append((name, value.description))
    }

    mutating func figure(_ name: String, _ duration: Duration) { figure(name, Self.seconds(duration)) }

    func line(of scenario: String) -> String {
        let fields =
            [
                ("scenario", scenario), ("rounds", "\(rounds)"), ("orders", "\(orders)"), ("lost", "\(lost)"),
                ("duplicated", "\(duplicated)"), ("wrong", "\(wrong)"), ("recover_s", Self.seconds(recovery)),
            ] + figures.map { ($0.name, $0.value) }
        return fields.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
    }

    private static func seconds(_ duration: Duration) -> String {
        "\((duration / .milliseconds(100)).rounded() / 10)"
    }
}
