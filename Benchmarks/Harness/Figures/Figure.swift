/// One figure that is to be held, and how it turned out.
struct Figure: Codable, Sendable, Equatable {
    let name: String
    let hold: String
    /// Nil when nothing was measured that tells.
    let measured: String?
    let isHeld: Bool?

    init(_ name: String, hold: String, measured: String?, isHeld: Bool?) {
        self.name = name
        self.hold = hold
        self.measured = measured
        self.isHeld = measured == nil ? nil : isHeld
    }

    /// For scripts: four fields with ` | ` between them.
    var line: String {
        let verdict = isHeld.map { $0 ? "ok" : "missed" } ?? "not measured"
        return [name, hold, measured ?? "–", verdict].joined(separator: " | ")
    }
}
