/// Something that is measured by itself.
struct Scenario: Sendable {
    let name: String
    /// What is measured, for `--list`.
    let sentence: String
    /// Whether `--quick` has time for it.
    var isQuick = true
    /// Writes in the ground's book.
    ///
    /// - Returns: what of it is to be shown.
    let play: @Sendable (Ground) async throws -> [Comparison]

    /// In the order in which they are played.
    static let all: [Scenario] = [
        start, drain, shares, peers, one, dead, sizes, traffic, latency, workers, history, month,
    ]
}
