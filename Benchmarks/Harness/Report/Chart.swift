import Foundation

/// A small plot as SVG: lines through points, one axis or both logarithmic.
struct Chart: Sendable {
    struct Line: Sendable {
        let label: String
        let points: [(x: Double, y: Double)]
    }

    let title: String
    let xLabel: String
    let yLabel: String
    var isXLogarithmic = true
    var isYLogarithmic = true
    let lines: [Line]

    private static let colours = ["#1b6ca8", "#c8553d", "#4a8f3c", "#8a5fb0", "#b08900"]
    static let width = 460.0
    static let height = 340.0
    private static let plot = (left: 62.0, top: 34.0, width: 380.0, height: 250.0)

    /// The elements of the plot, moved to the right by so much.
    func elements(x offset: Double) -> String {
        let points = lines.flatMap(\.points)
        guard !points.isEmpty else { return "" }
        let x = ChartAxis(points.map(\.x), isLogarithmic: isXLogarithmic)
        let y = ChartAxis(points.map(\.y), isLogarithmic: isYLogarithmic)
        let (left, top, width, height) = Self.plot
        var parts = [
            "<g transform=\"translate(\(Self.text(offset)) 0)\">",
            Self.label(title, left, 20, "start", weight: "bold"),
            Self.label(xLabel, left + width / 2, top + height + 44, "middle"),
            "<text transform=\"translate(16 \(Self.text(top + height / 2))) rotate(-90)\" text-anchor=\"middle\">\(yLabel)</text>",
            "<rect x=\"\(left)\" y=\"\(top)\" width=\"\(width)\" height=\"\(height)\" fill=\"none\" stroke=\"#999\"/>",
        ]
        for tick in x.ticks {
            let place = left + x.place(tick) * width
            parts.append(Self.rule(place, top, place, top + height))
            let anchor = tick == x.ticks.last ? "end" : "middle"
            parts.append(Self.label(Samples.text(tick), place, top + height + 18, anchor))
        }
        for tick in y.ticks {
            let place = top + (1 - y.place(tick)) * height
            parts.append(Self.rule(left, place, left + width, place))
            parts.append(Self.label(Samples.text(tick), left - 6, place + 4, "end"))
        }
        for (number, line) in lines.enumerated() {
            let colour = Self.colours[number % Self.colours.count]
            let path = line.points.map { point in
                "\(Self.text(left + x.place(point.x) * width)),\(Self.text(top + (1 - y.place(point.y)) * height))"
            }
            parts.append(
                "<polyline points=\"\(path.joined(separator: " "))\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\"/>"
            )
            // Curves rise to the right: below them is room.
            let place = top + height - 12 - Double(lines.count - 1 - number) * 16
            parts.append(
                "<text x=\"\(left + width - 10)\" y=\"\(Self.text(place))\" text-anchor=\"end\" fill=\"\(colour)\">\(line.label)</text>"
            )
        }
        return (parts + ["</g>"]).joined(separator: "\n")
    }

    /// A whole file with the charts beside each other.
    static func file(_ charts: [Chart]) -> String {
        let total = width * Double(max(1, charts.count))
        let head =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(text(total))\" height=\"\(text(height))\" "
            + "font-family=\"sans-serif\" font-size=\"12\"><rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
        let body = charts.enumerated().map { place, chart in chart.elements(x: Double(place) * width) }
        return ([head] + body + ["</svg>", ""]).joined(separator: "\n")
    }

    private static func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
        "<line x1=\"\(text(x1))\" y1=\"\(text(y1))\" x2=\"\(text(x2))\" y2=\"\(text(y2))\" stroke=\"#e4e4e4\"/>"
    }

    private static func label(_ label: String, _ x: Double, _ y: Double, _ anchor: String, weight: String = "normal")
        -> String
    {
        "<text x=\"\(text(x))\" y=\"\(text(y))\" text-anchor=\"\(anchor)\" font-weight=\"\(weight)\">\(label)</text>"
    }

    private static func text(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
