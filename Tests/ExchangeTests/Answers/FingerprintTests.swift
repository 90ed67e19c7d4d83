import Exchange
import Testing

struct FingerprintTests {
    @Test("A fingerprint is kept as it came, so that it can be sent back so")
    func kept() {
        for text in ["0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789ABCDEF"] {
            #expect(Fingerprint(text)?.text == text)
        }
    }

    @Test(
        "Anything but 32 hexadecimal digits is refused",
        arguments: [
            "", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef0",
            "0123456789abcdef0123456789abcdeg",
            " 123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcd\u{E6}",
        ])
    func refused(_ text: String) {
        #expect(Fingerprint(text) == nil)
    }
}
