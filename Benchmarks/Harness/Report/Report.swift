import Foundation

/// What is written beside the figures: where they were measured, and every raw value.
struct Report: Codable, Sendable {
    let measuredAt: Date
    let machine: MachineFacts
    let plan: BenchPlan
    let rounds: Int
    let isQuick: Bool
    let figures: [Figure]
    let samples: [String: Samples]

    func write(to file: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(filePath: file))
    }

    /// Cost against size, and how long single orders took.
    static func charts(_ book: Book) -> [Chart] {
        let cost = ["seconds": "first fetch", "refresh": "refresh, nothing changed"].sorted { $0.key > $1.key }
            .map { series, label in
                Chart.Line(
                    label: label, points: book.curve("sizes.\(series)").map { (x: $0.size, y: $0.samples.median) })
            }
        let latency = ["healthy": "idle", "dark": "a tenth black-holed", "busy": "during a large run"].sorted {
            $0.key > $1.key
        }
        .compactMap { condition, label in
            book["one.\(condition)"].map { samples in
                Chart.Line(label: label, points: distribution(samples))
            }
        }
        return [
            Chart(
                title: "A run's time against its orders", xLabel: "orders", yLabel: "seconds",
                lines: cost.filter { !$0.points.isEmpty }),
            Chart(
                title: "One order, placed to visible", xLabel: "milliseconds", yLabel: "per cent of orders",
                isYLogarithmic: false, lines: latency),
        ].filter { !$0.lines.isEmpty }
    }

    private static func distribution(_ samples: Samples) -> [(x: Double, y: Double)] {
        let sorted = samples.values.sorted()
        return sorted.enumerated().map { ($0.element, 100 * Double($0.offset + 1) / Double(sorted.count)) }
    }
}
