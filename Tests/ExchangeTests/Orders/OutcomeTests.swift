import Exchange
import Testing

struct OutcomeTests {
    @Test("Outcomes have the texts of the column")
    func texts() {
        #expect(
            Outcome.allCases.map(\.rawValue) == [
                "fetched", "unchanged", "nothing", "reserved", "not_open", "no_consent", "refused", "unreachable",
                "denied", "timed_out", "failed", "invalid", "paused", "pending", "given_up",
            ])
    }

    @Test("What could not be asked is asked again; what was answered or given up is not")
    func retried() {
        #expect(
            Outcome.allCases.filter(\.isRetried)
                == [.unreachable, .denied, .timedOut, .failed, .invalid, .paused, .pending])
    }

    @Test("Only that nothing was found is uneventful")
    func uneventful() {
        #expect(Outcome.allCases.filter(\.isUneventful) == [.nothing])
    }

    @Test("Each outcome has a sentence of its own, in plain ASCII English")
    func sentences() {
        #expect(Set(Outcome.allCases.map(\.sentence)).count == Outcome.allCases.count)
        for outcome in Outcome.allCases {
            #expect(outcome.sentence.hasSuffix("."))
            #expect(outcome.sentence.utf8.allSatisfy { $0 < 0x80 })
        }
    }
}
