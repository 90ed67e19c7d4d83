/// What was measured again and again: raw values in one unit.
struct Samples: Codable, Sendable, Equatable {
    /// For people: `s`, `ms`, `MiB`, `orders/s`.
    let unit: String
    private(set) var values: [Double] = []

    init(unit: String, values: [Double] = []) {
        self.unit = unit
        self.values = values
    }

    mutating func add(_ value: Double) { values.append(value) }

    /// The middle one, or the mean of the two in the middle.
    var median: Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    var smallest: Double { values.min() ?? .nan }
    var largest: Double { values.max() ?? .nan }

    /// The smallest value that at least so many hundredths of all do not exceed (nearest rank).
    func percentile(_ hundredths: Double) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        let rank = Int((hundredths / 100 * Double(sorted.count)).rounded(.up))
        return sorted[min(max(rank, 1), sorted.count) - 1]
    }

    /// Median and spread, as `6.02 s (5.90–6.31, 5 times)`; of very many, how the worst ones are.
    var text: String {
        let middle = "\(Self.text(median)) \(unit)"
        if values.count < 2 { return middle }
        if values.count >= 100 {
            return "\(middle) (p99 \(Self.text(percentile(99))), slowest \(Self.text(largest)), \(values.count) times)"
        }
        return "\(middle) (\(Self.text(smallest))–\(Self.text(largest)), \(values.count) times)"
    }

    /// Three digits that count, and never more decimals than two.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let decimals = abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : 2
        let scale = [1.0, 10, 100][decimals]
        let units = Int((abs(value) * scale).rounded())
        let sign = value < 0 && units > 0 ? "-" : ""
        if decimals == 0 { return "\(sign)\(units)" }
        let fraction = String(units % Int(scale))
        let padded = String(repeating: "0", count: decimals - fraction.count) + fraction
        return "\(sign)\(units / Int(scale)).\(padded)"
    }
}
