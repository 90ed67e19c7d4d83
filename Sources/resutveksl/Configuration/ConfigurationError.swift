/// What is wrong with the configuration, each thing with its place.
struct ConfigurationError: Error, CustomStringConvertible {
    struct Problem: Sendable, Equatable {
        /// `/etc/resutveksl/resutveksl.conf, line 3`, or `RESUTVEKSL_LOG_LEVEL in the environment`.
        let place: String
        let sentence: String
    }

    let problems: [Problem]

    var description: String {
        let lines = problems.map { "\($0.place): \($0.sentence)" }
        return problems.count == 1
            ? "the configuration cannot be used: \(lines[0])"
            : "the configuration cannot be used:\n  " + lines.joined(separator: "\n  ")
    }
}
