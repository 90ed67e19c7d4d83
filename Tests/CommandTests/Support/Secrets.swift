import Testing

/// What no command may print, whatever happens.
enum Secrets {
    /// The only password that tests use.
    static let password = "hemmelig"

    static func expectNone(in text: String, of command: String, sourceLocation: SourceLocation) {
        #expect(
            !text.contains(password), "a password was printed by: \(masked(command))", sourceLocation: sourceLocation)
        #expect(
            text.firstMatch(of: eleven) == nil, "a person number was printed by: \(masked(command))",
            sourceLocation: sourceLocation)
    }

    /// Eleven digits, also as six and five.
    private static var eleven: Regex<(Substring, Substring)> { /(?:^|[^0-9])([0-9]{6} ?[0-9]{5})(?![0-9])/ }

    /// Test reports are printed too.
    static func masked(_ command: String) -> String {
        command.replacing(/[0-9]{5}(?=$|[^0-9])/, with: "*****").replacing(password, with: "***")
    }
}
