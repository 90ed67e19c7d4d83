import Postgres

/// A text that repeats what somebody typed, without the person numbers that may stand in it.
///
/// A number that is typed with a blank in it comes as two arguments, and the argument parser quotes each for itself.
struct MaskedText: CustomStringConvertible {
    let description: String

    init(_ text: String) {
        description = text.replacing(/([0-9]{6}', ')[0-9]{5}/) { "\($0.1)*****" }.maskingPersonNumbers()
    }
}
