/// What a source calls one state of a person's results, so that the same state need not be sent twice.
///
/// Made by the source and sent back as it came; only its form (32 hexadecimal digits) is checked here.
package struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// - Returns: `nil` unless the text is 32 hexadecimal digits.
    package init?(_ text: String) {
        guard text.utf8.count == 32 else { return nil }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"):
                continue
            default:
                return nil
            }
        }
        self.text = text
    }

    package var description: String { text }
}
