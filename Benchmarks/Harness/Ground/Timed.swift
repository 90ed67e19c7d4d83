/// What a program's run took.
struct Timed: Sendable {
    let seconds: Double
    /// Resident memory at its highest, in MiB.
    let memory: Double
    let status: Int32
    let output: String
}
