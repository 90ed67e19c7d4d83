import Exchange
import Testing

struct ConsentRuleTests {
    static let before = CalendarDay("2022-06-30")
    static let day = CalendarDay("2022-07-01")
    static let after = CalendarDay("2022-07-02")

    @Test("An explicit N always stops, whatever the rule", arguments: [true, false])
    func refusal(_ isRequired: Bool) throws {
        let rule = ConsentRule(isRequired: isRequired, legalBasis: "law")
        #expect(rule.decide(answer: .no, on: try #require(Self.day)) == .refused)
    }

    @Test("A J is enough under every rule", arguments: [true, false])
    func consent(_ isRequired: Bool) throws {
        let rule = ConsentRule(isRequired: isRequired, legalBasis: "law")
        #expect(rule.decide(answer: .yes, on: try #require(Self.day)) == .mayAsk(basis: "law"))
    }

    @Test("Consent is required by default")
    func byDefault() throws {
        #expect(ConsentRule(legalBasis: "").decide(answer: nil, on: try #require(Self.day)) == .noConsent)
    }

    @Test("A rule that requires no consent holds from its day on, and before it consent is required")
    func fromDay() throws {
        let rule = ConsentRule(isRequired: false, from: Self.day, legalBasis: "law")
        #expect(rule.decide(answer: nil, on: try #require(Self.before)) == .noConsent)
        #expect(rule.decide(answer: nil, on: try #require(Self.day)) == .mayAsk(basis: "law"))
        #expect(rule.decide(answer: nil, on: try #require(Self.after)) == .mayAsk(basis: "law"))
        let always = ConsentRule(isRequired: false, legalBasis: "law")
        #expect(always.decide(answer: nil, on: try #require(Self.before)) == .mayAsk(basis: "law"))
    }

    @Test("A rule that requires consent from a day on requires none before it, and an N stops all the same")
    func requiredFromDay() throws {
        let rule = ConsentRule(isRequired: true, from: Self.day, legalBasis: "law")
        #expect(rule.decide(answer: nil, on: try #require(Self.before)) == .mayAsk(basis: "law"))
        #expect(rule.decide(answer: .no, on: try #require(Self.before)) == .refused)
        for day in [Self.day, Self.after] {
            #expect(rule.decide(answer: nil, on: try #require(day)) == .noConsent)
        }
    }

    @Test("No consent and a refusal are different outcomes")
    func outcomes() {
        #expect(ConsentDecision.noConsent.outcome == .noConsent)
        #expect(ConsentDecision.refused.outcome == .refused)
        #expect(ConsentDecision.mayAsk(basis: "law").outcome == nil)
    }

    @Test("Answers, channels and both spellings of the acceptance have FS's texts")
    func texts() {
        #expect(AcceptanceType.allCases.map(\.rawValue) == ["RESUTVEKSL", "RESULTATUTVEKS"])
        #expect(ConsentAnswer.allCases.map(\.rawValue) == ["J", "N"])
        #expect(
            ConsentChannel.allCases.map(\.rawValue) == ["Studentweb", "Søknadsweb", "Samordna opptak", "by hand"])
    }
}
