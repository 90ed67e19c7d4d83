/// What a text in a result may be: how long, and whether it may have lines.
///
/// Lengths are in characters as PostgreSQL counts them (`char_length`: Unicode code points), because the limits are those of
/// the columns that the texts go into.
struct TextRule: Sendable {
    let limit: Int
    let mayHaveLines: Bool

    static let key = TextRule(limit: 200, mayHaveLines: false)
    static let code = TextRule(limit: 20, mayHaveLines: false)
    static let grade = TextRule(limit: 40, mayHaveLines: false)
    static let name = TextRule(limit: 500, mayHaveLines: false)
    static let thesis = TextRule(limit: 2_000, mayHaveLines: true)
    static let courseDescription = TextRule(limit: 100_000, mayHaveLines: true)

    /// Hands a text through if it keeps the rule, and so does the absence of one.
    func checked(_ text: String?) throws(BrokenResult) -> String? {
        guard let text else { return nil }
        return try checked(text) as String
    }

    func checked(_ text: String) throws(BrokenResult) -> String {
        // No character is shorter than a byte, so that most texts need not be counted.
        if text.utf8.count > limit, text.unicodeScalars.count > limit { throw BrokenResult(.textTooLong) }
        if hasControlCharacter(text) { throw BrokenResult(.controlCharacter) }
        return text
    }

    /// Whether there is one: first a pass over all bytes that the compiler turns into vector code, since nearly every text is
    /// free of them, and only where a byte may belong to one the pass that knows.
    private func hasControlCharacter(_ text: String) -> Bool {
        let isSuspect = text.utf8.withContiguousStorageIfAvailable { bytes in
            var suspects: UInt8 = 0
            for byte in bytes {
                suspects |= (byte < 0x20 ? 1 : 0) | (byte == 0x7F ? 1 : 0) | (byte == 0xC2 ? 1 : 0)
            }
            return suspects != 0
        }
        return isSuspect != false && hasControlCharacterForSure(text)
    }

    /// C0 but for tab, line feed and carriage return where lines are allowed; DEL; and C1, which is C2 80 to C2 9F in UTF-8.
    private func hasControlCharacterForSure(_ text: String) -> Bool {
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte < 0x20 {
                guard mayHaveLines, byte == 0x09 || byte == 0x0A || byte == 0x0D else { return true }
            } else if byte == 0x7F || (previous == 0xC2 && (0x80...0x9F).contains(byte)) {
                return true
            }
            previous = byte
        }
        return false
    }
}
