/// Series of the same thing, and how the others stand to the first.
struct Comparison: Sendable {
    struct Row: Sendable {
        let label: String
        /// The name of the series in the book.
        let series: String
    }

    let title: String
    let rows: [Row]

    init(_ title: String, _ rows: [(label: String, series: String)]) {
        self.title = title
        self.rows = rows.map { Row(label: $0.label, series: $0.series) }
    }

    /// - Parameter samples: nil for a series that was not measured, which is left out.
    func lines(_ samples: (String) -> Samples?) -> [String] {
        let measured = rows.compactMap { row in samples(row.series).map { (row.label, $0) } }
        guard let base = measured.first?.1.median else { return [] }
        let width = measured.map(\.0.count).max() ?? 0
        return [title]
            + measured.enumerated().map { place, row in
                let label = row.0 + String(repeating: " ", count: width - row.0.count)
                let ratio = place > 0 && base > 0 ? "  \(Samples.text(row.1.median / base)) ×" : ""
                return "  \(label)  \(row.1.text)\(ratio)"
            }
    }
}
