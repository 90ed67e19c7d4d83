import Testing

/// What no command may print, whatever happens.
enum Secrets {
    /// The only password that tests use.
    static let password = "hemmelig"

    static func expectNone(in text: String, of command: String, sourceLocation: SourceLocation) {
        #expect(found(in: text) == [], "printed by: \(masked(command))", sourceLocation: sourceLocation)
    }

    /// What a text has in it, in words that do not repeat it.
    static func found(in text: String) -> [String] {
        // Eleven digits, also as six and five; in a hash they may stand by chance.
        let hasNumber = text.contains(/(?:^|[^0-9a-f])[0-9]{6} ?[0-9]{5}(?:$|[^0-9a-f])/)
        return (hasNumber ? ["a person number"] : []) + (text.contains(password) ? ["a password"] : [])
    }

    /// For test reports, which are printed too.
    static func masked(_ command: String) -> String {
        command.replacing(/[0-9]{5}(?=$|[^0-9])/, with: "*****").replacing(password, with: "***")
    }
}
