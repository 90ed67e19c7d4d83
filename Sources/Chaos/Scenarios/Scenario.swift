/// One way in which things go wrong, and what must hold all the same.
struct Scenario: Sendable {
    let name: String
    /// What is done, for `--list`.
    let sentence: String
    let play: @Sendable (Stage) async throws -> ScenarioResult
}
