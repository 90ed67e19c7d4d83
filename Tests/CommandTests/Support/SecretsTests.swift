import Testing

/// The watch that is kept over all output.
@Suite struct SecretsTests {
    @Test(
        "a person number or a password in an output fails the test, however it is written",
        arguments: ["01536112185", "person 015361 12185 registered", "{\"person\":\"01536112185\"}", "password=hemmelig"])
    func found(text: String) {
        withKnownIssue { Secrets.expectNone(in: text, of: "it", sourceLocation: #_sourceLocation) }
    }

    @Test(
        "masked numbers, times, long numbers and folders do not",
        arguments: ["015361 *****", "2026-11-24 08:54:32.630626+00", "123456789012", "order 12345678", "0.009344213"])
    func notFound(text: String) { Secrets.expectNone(in: text, of: "it", sourceLocation: #_sourceLocation) }
}
