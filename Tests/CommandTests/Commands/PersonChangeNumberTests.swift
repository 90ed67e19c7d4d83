import Testing

/// `person change-number`.
@Suite struct PersonChangeNumberTests {
    /// A fødselsnummer for Testperson1, whose other number is an S-number.
    private static let real = "01036110062"

    @Test("both numbers come by standard input, the old one first, and neither is shown")
    func input() async throws {
        let installation = try await Installation.make(203)
        try await installation.must("person", "add", "--person", Installation.person1)
        let finished = try await installation.run(
            "person", "change-number", input: "\(Installation.person1)\n\(Self.real)\n")
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(
            finished.output
                == "person 010361 *****: an S-number was replaced by a fødselsnummer; order again to ask by every number\n"
        )
        #expect(finished.errors.isEmpty)

        try await installation.order(Self.real)
        try await installation.must("run")
        let shown = try await installation.must("order", "show", "1")
        #expect(shown.output.contains("Found under an earlier number of the person."))
        #expect(try await installation.must("explain", "1").output.contains("Found under an earlier number"))
        for text in [shown.output, finished.output] {
            #expect(!text.contains("12185") && !text.contains(Self.real.suffix(5)))
        }
    }

    @Test("a lower kind is refused with a sentence")
    func lower() async throws {
        let installation = try await Installation.make()
        try await installation.must("person", "add", "--person", Self.real)
        let finished = try await installation.run(
            "person", "change-number", input: "\(Self.real)\n\(Installation.person1)\n")
        #expect(finished.status == 1)
        #expect(finished.errors.contains("never changed to one of a lower kind: an S-number does not replace a fødsel"))
        #expect(!finished.errors.contains("12185"))
    }

    @Test("one number only is wrong usage")
    func one() async throws {
        let finished = try await Installation.untouched().run(
            "person", "change-number", input: "\(Installation.person1)\n")
        #expect(finished.status == 64)
        #expect(finished.errors.contains("two person numbers are needed, the old one first"))
    }
}
