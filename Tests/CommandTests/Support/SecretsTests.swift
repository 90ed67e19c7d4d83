import Testing

/// The watch that is kept over all output.
@Suite struct SecretsTests {
    @Test(
        "a person number is found however it is written",
        arguments: ["01536112185", "person 015361 12185\n", "{\"person\":\"01536112185\"}", "x\n01536112185"])
    func number(text: String) { #expect(Secrets.found(in: text) == ["a person number"]) }

    @Test("a password is found")
    func password() { #expect(Secrets.found(in: "password=hemmelig") == ["a password"]) }

    @Test(
        "masked numbers, times, other numbers and folders are nothing",
        arguments: ["015361 *****", "2026-11-24 08:54:32.630626+00", "123456789012", "order 12345678", "0.009344213"])
    func nothing(text: String) { #expect(Secrets.found(in: text) == []) }
}
