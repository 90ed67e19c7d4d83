import Foundation

/// Where values stand on an axis, from 0 to 1.
struct ChartAxis: Sendable {
    private let isLogarithmic: Bool
    private let low: Double
    private let high: Double
    let ticks: [Double]

    init(_ values: [Double], isLogarithmic: Bool) {
        self.isLogarithmic = isLogarithmic
        let largest = max(values.max() ?? 1, .leastNormalMagnitude)
        if isLogarithmic {
            let smallest = max(values.filter { $0 > 0 }.min() ?? largest, largest / 1e9)
            low = log10(smallest).rounded(.down)
            high = max(log10(largest).rounded(.up), low + 1)
            ticks = stride(from: low, through: high, by: 1).map { pow(10, $0) }
        } else {
            low = 0
            let step = Self.step(largest / 5)
            high = (largest / step).rounded(.up) * step
            ticks = stride(from: 0, through: high + step / 2, by: step).map { $0 }
        }
    }

    func place(_ value: Double) -> Double {
        let value = isLogarithmic ? log10(max(value, pow(10, low))) : value
        return (value - low) / (high - low)
    }

    /// 1, 2 or 5 times a power of ten.
    private static func step(_ least: Double) -> Double {
        let power = pow(10, log10(least).rounded(.down))
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= least } ?? power
    }
}
