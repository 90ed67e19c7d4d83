extension Figure {
    /// The figures to hold, from what the book has.
    static func all(_ book: Book) -> [Figure] {
        [floor(book)] + ["procrastinate", "pgqueuer"].map { peer($0, book) } + [
            refresh(book), oneOrder("healthy", "one order with watch, 50 healthy sources, placed to visible", book),
            oneOrder("dark", "the same with a tenth of the sources black-holed: results of the healthy ones", book),
            dark(book), memory(book),
        ]
    }

    private static func floor(_ book: Book) -> Figure {
        let ratio = book["drain.first"].flatMap { drain in
            book["drain.floor"].map { drain.median / $0.median }
        }
        return Figure(
            "drain, against the bare COPY script", hold: "at most 1.15 × its time",
            measured: ratio.map { "\(Samples.text($0)) ×" }, isHeld: ratio.map { $0 <= 1.15 })
    }

    private static func peer(_ name: String, _ book: Book) -> Figure {
        let ratio = book["peers.resutveksl"].flatMap { ours in
            book["peers.\(name)"].map { ours.median / $0.median }
        }
        return Figure(
            "drain, against the same job on \(name), per order", hold: "at least 20 × faster",
            measured: ratio.map { "\(Samples.text($0)) ×" }, isHeld: ratio.map { $0 >= 20 })
    }

    private static func refresh(_ book: Book) -> Figure {
        let ratio = book["drain.first"].flatMap { first in
            book["drain.unchanged"].map { first.median / $0.median }
        }
        return Figure(
            "refresh where nothing changed, against the first fetch", hold: "at least 8 × faster",
            measured: ratio.map { "\(Samples.text($0)) ×" }, isHeld: ratio.map { $0 >= 8 })
    }

    private static func oneOrder(_ condition: String, _ name: String, _ book: Book) -> Figure {
        let samples = book["one.\(condition)"]
        return Figure(
            name, hold: "p50 ≤ 50 ms, p99 ≤ 250 ms",
            measured: samples.map {
                "p50 \(Samples.text($0.percentile(50))) ms, p99 \(Samples.text($0.percentile(99))) ms, "
                    + "slowest of \($0.values.count) \(Samples.text($0.largest)) ms"
            },
            isHeld: samples.map { $0.percentile(50) <= 50 && $0.percentile(99) <= 250 })
    }

    /// The slowest healthy round is what a dark one is held against: a median would call half of them late.
    private static func dark(_ book: Book) -> Figure {
        guard let healthy = book["dead.none"], let dark = book["dead.blackHole.10"],
            let deadline = book["dead.deadline"]
        else {
            return Figure(
                "drain with 10 of 50 black-holed", hold: "healthy time + one connect deadline", measured: nil,
                isHeld: nil)
        }
        return Figure(
            "drain with 10 of 50 black-holed", hold: "healthy time + one connect deadline",
            measured: "\(Samples.text(dark.median)) s; healthy \(Samples.text(healthy.median)) s, deadline "
                + "\(Samples.text(deadline.median)) s",
            isHeld: dark.median <= healthy.largest + deadline.median)
    }

    /// Flat: a quarter more at most, from the usual size to the largest.
    private static func memory(_ book: Book) -> Figure {
        let all = book.curve("sizes.memory")
        // In a small world all that there is.
        let usual = all.filter { $0.size >= 10_000 }
        let curve = usual.count > 1 ? usual : all
        guard let first = curve.first, let last = curve.last, curve.count > 1 else {
            return Figure("peak memory of the worker", hold: "≤ 96 MiB, flat", measured: nil, isHeld: nil)
        }
        let peak = curve.map(\.samples.largest).max() ?? .nan
        return Figure(
            "peak memory of the worker, \(Int(first.size)) and \(Int(last.size)) orders", hold: "≤ 96 MiB, flat",
            measured: "\(Samples.text(first.samples.median)) and \(Samples.text(last.samples.median)) MiB",
            isHeld: peak <= 96 && last.samples.median <= first.samples.median * 1.25)
    }
}
