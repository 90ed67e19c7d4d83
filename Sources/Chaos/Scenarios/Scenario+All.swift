extension Scenario {
    /// In the order in which they are played.
    static let all: [Scenario] = [
        kill
    ]
}
