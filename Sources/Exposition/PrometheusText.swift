/// What is measured, in Prometheus' text format, version 0.0.4.
///
/// See https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
package struct PrometheusText: CustomStringConvertible {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package let description: String

    /// - Parameters:
    ///   - registries: no two of them have the same series.
    ///   - families: what is known of each name.
    ///   - common: a label that every series has, before its own.
    package init(_ registries: [PrometheusRegistry], families: [MetricFamily], common: (name: String, value: String)) {
        let known = Dictionary(families.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var text = ""
        let readings = Dictionary(grouping: registries.flatMap(\.readings), by: \.series.name)
        for (name, series) in readings.sorted(by: { $0.key < $1.key }) {
            if let family = known[name] { text += "# HELP \(name) \(Self.escaped(family.help))\n" }
            text += "# TYPE \(name) \((known[name]?.kind ?? series[0].kind).rawValue)\n"
            let lines = series.map { series in
                let labels =
                    [PrometheusRegistry.Label(name: common.name, value: common.value)] + series.series.labels
                return (Self.labels(labels), series)
            }
            for (labels, series) in lines.sorted(by: { $0.0 < $1.0 }) {
                let value = Self.number(series.reading.value)
                if series.kind == .summary {
                    text += "\(name)_sum\(labels) \(value)\n\(name)_count\(labels) \(series.reading.count)\n"
                } else {
                    text += "\(name)\(labels) \(value)\n"
                }
            }
        }
        description = text
    }

    private static func labels(_ labels: [PrometheusRegistry.Label]) -> String {
        let pairs = labels.map { label in
            "\(label.name)=\"\(escaped(label.value).replacing("\"", with: "\\\""))\""
        }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    /// As Go reads it; whole numbers without a fraction, which is how people read them.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        // From here on not every whole number is one.
        if value == value.rounded(), abs(value) < 9_007_199_254_740_992 { return String(Int64(value)) }
        return "\(value)"
    }
}
