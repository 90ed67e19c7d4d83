import Testing

/// Prometheus' text, taken apart.
struct MetricsText {
    struct Sample {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    private(set) var samples: [Sample] = []
    private(set) var types: [String: String] = [:]
    private(set) var help: [String: String] = [:]

    init(_ text: String) throws {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if line.hasPrefix("# TYPE ") {
                types[words[2]] = words[3]
            } else if line.hasPrefix("# HELP ") {
                help[words[2]] = words[3]
            } else {
                let match = try #require(line.wholeMatch(of: /([a-z_]+)\{(.*)\} (\S+)/), "\(line)")
                let labels = match.output.2.matches(of: /([a-z_]+)="((?:[^"\\]|\\.)*)"/)
                samples.append(
                    Sample(
                        name: String(match.output.1),
                        labels: Dictionary(
                            labels.map { (String($0.output.1), String($0.output.2)) }, uniquingKeysWith: { $1 }),
                        value: try #require(Double(match.output.3))))
            }
        }
    }

    mutating func add(_ other: MetricsText) {
        samples += other.samples
        types.merge(other.types) { $1 }
        help.merge(other.help) { $1 }
    }

    var names: Set<String> { Set(samples.map(\.name)) }

    /// The value of the only series of that name with those labels.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let found = samples.filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
        return found.count == 1 ? found[0].value : nil
    }
}
