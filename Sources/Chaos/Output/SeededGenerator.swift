/// Random choices that are the same for the same seed (SplitMix64; Steele, Lea and Flood 2014).
///
/// The machine's own timing is not seeded: a seed brings a scenario back to the same moments, not to the same instruction.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A generator for a part of the whole, so that a scenario that runs alone draws what it draws among others.
    init(seed: UInt64, part: String) {
        // FNV-1a: hashes of the standard library are seeded by the process.
        state = part.utf8.reduce(seed ^ 0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A moment within a range, in whole milliseconds.
    mutating func moment(_ milliseconds: ClosedRange<Int>) -> Duration {
        .milliseconds(Int.random(in: milliseconds, using: &self))
    }
}
