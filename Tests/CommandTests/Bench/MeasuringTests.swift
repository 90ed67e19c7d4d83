import Testing

@testable import bench

/// The arithmetic of what is measured, without measuring.
struct MeasuringTests {
    @Test(
        "the median is the middle value, or the mean of the two in the middle",
        arguments: [([3.0], 3.0), ([9.0, 1.0, 5.0], 5.0), ([4.0, 1.0, 3.0, 2.0], 2.5)])
    func median(values: [Double], expected: Double) {
        #expect(Samples(unit: "s", values: values).median == expected)
    }

    @Test(
        "a percentile is a value that was measured (nearest rank)",
        arguments: [(50.0, 50.0), (99.0, 99.0), (100.0, 100.0), (0.0, 1.0), (1.0, 1.0)])
    func percentile(hundredths: Double, expected: Double) {
        let samples = Samples(unit: "ms", values: (1...100).map { Double($0) }.reversed())
        #expect(samples.percentile(hundredths) == expected)
    }

    @Test(
        "numbers are written with three digits that count",
        arguments: [
            (1234.4, "1234"), (12.34, "12.3"), (1.05, "1.05"), (0.0, "0.00"), (-2.5, "-2.50"), (Double.nan, "–"),
        ])
    func text(value: Double, expected: String) {
        #expect(Samples.text(value) == expected)
    }

    @Test("what was measured once has no spread")
    func spread() {
        #expect(Samples(unit: "s", values: [6]).text == "6.00 s")
        #expect(Samples(unit: "s", values: [6, 5, 7.5]).text == "6.00 s (5.00–7.50, 3 times)")
        let many = Samples(unit: "ms", values: (1...200).map { Double($0) })
        #expect(many.text == "101 ms (p99 198, slowest 200, 200 times)")
    }

    @Test("a comparison tells the ratio to its first row and leaves out what was not measured")
    func comparison() {
        let book = Book()
        book.add("a", 2, unit: "s")
        book.add("b", 3, unit: "s")
        let comparison = Comparison("Both", [("first", "a"), ("none", "x"), ("second one", "b")])
        #expect(
            comparison.lines { book[$0] } == ["Both", "  first       2.00 s", "  second one  3.00 s  1.50 ×"])
    }

    @Test("a figure's line has four fields, and says what was not measured")
    func line() {
        let held = Figure("drain", hold: "at most 1.15 ×", measured: "1.05 ×", isHeld: true)
        #expect(held.line == "drain | at most 1.15 × | 1.05 × | ok")
        #expect(Figure("drain", hold: "x", measured: "y", isHeld: false).line.hasSuffix("| missed"))
        #expect(Figure("drain", hold: "x", measured: nil, isHeld: true).line == "drain | x | – | not measured")
    }

    @Test("the figures are held against what the book has")
    func figures() {
        let book = Book()
        for seconds in [6.6, 6.8, 7.2] { book.add("drain.first", seconds, unit: "s") }
        for seconds in [6.0, 5.9, 6.1] { book.add("drain.floor", seconds, unit: "s") }
        book.add("drain.unchanged", 1, unit: "s")
        for milliseconds in 1...200 { book.add("one.healthy", Double(milliseconds) / 4, unit: "ms") }
        book.add("sizes.memory.1000", 40, unit: "MiB")
        book.add("sizes.memory.10000", 60, unit: "MiB")
        let figures = Figure.all(book)
        #expect(figures.map(\.isHeld) == [true, nil, nil, false, true, nil, nil, false])
        #expect(figures[0].measured == "1.13 ×")
        #expect(figures[4].measured == "p50 25.0 ms, p99 49.5 ms, slowest of 200 50.0 ms")
    }

    @Test("a plot has a line for each series, and none has no size")
    func chart() {
        let chart = Chart(
            title: "t", xLabel: "x", yLabel: "y",
            lines: [Chart.Line(label: "one", points: [(x: 1, y: 2), (x: 100, y: 30)])])
        let file = Chart.file([chart, chart])
        #expect(file.split(separator: "<polyline").count == 3)
        #expect(!file.contains("nan") && !file.contains("inf"))
    }
}
