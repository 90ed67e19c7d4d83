extension Int {
    /// `1 order`, `2 orders`.
    func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
