import Postgres

/// Everything that was measured, by the name of the series.
final class Book: Sendable {
    private let state = Guarded([String: Samples]())

    func add(_ series: String, _ value: Double, unit: String) {
        state.withLock { $0[series, default: Samples(unit: unit)].add(value) }
    }

    subscript(series: String) -> Samples? { state.withLock { $0[series] } }

    var all: [String: Samples] { state.withLock { $0 } }

    /// Pairs of a size and what was measured at it, for a series whose names end with `.SIZE`.
    func curve(_ prefix: String) -> [(size: Double, samples: Samples)] {
        all.compactMap { name, samples in
            guard name.hasPrefix(prefix + "."), let size = Double(name.dropFirst(prefix.count + 1)) else { return nil }
            return (size, samples)
        }.sorted { $0.size < $1.size }
    }
}
