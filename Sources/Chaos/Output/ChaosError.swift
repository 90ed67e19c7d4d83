/// Why a scenario could not be played; what it found is a `Violation`.
struct ChaosError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
