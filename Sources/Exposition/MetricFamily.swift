/// What is measured under one name, as Prometheus wants to be told it.
package struct MetricFamily: Sendable, Hashable {
    package enum Kind: String, Sendable {
        /// Goes up and down.
        case gauge
        /// Only grows, until it begins anew at nothing.
        case counter
        /// How often, and how much in all: two series, with `_count` and `_sum` behind the name.
        case summary
    }

    /// With its unit, and `_total` at the end of a counter.
    ///
    /// See https://prometheus.io/docs/practices/naming/
    package let name: String
    package let kind: Kind
    package let help: String
    /// Names of the labels that its series have, in the order in which they are shown.
    package let labels: [String]

    package init(_ name: String, _ kind: Kind, _ help: String, labels: [String] = []) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
    }

    /// The names of its series: those that a query can ask for.
    package var seriesNames: [String] { kind == .summary ? ["\(name)_count", "\(name)_sum"] : [name] }
}
