/// One figure of the whole installation, under the name by which Prometheus knows it.
package struct Figure: Sendable {
    package let metric: String
    /// The source that it is about, for figures that each source has.
    package let institution: Int32?
    package let acronym: String?
    /// What else tells it from the other figures of that name: a state, an outcome.
    package let detail: String?
    package let value: Double
}

/// What the database knows at one moment.
package struct Figures: Sendable {
    /// The ordering institution; nil while it is not set.
    package let ownInstitution: Int32?
    package let all: [Figure]
}
