import Exchange
import Testing

struct GradingRuleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let code: Int32
        let passed: [String: String]
        let failed: [String]
        let outside: [String]

        var testDescription: String { "rule \(code)" }
    }

    static let cases: [Case] = [
        Case(
            code: 28, passed: ["51": "A", "52": "B", "53": "C", "54": "D", "55": "E"], failed: ["56"],
            outside: ["50", "57", "0", "52.5", "65", "-51"]),
        Case(
            code: 29, passed: ["50": "Bestått", "51": "A", "52": "B", "53": "C", "54": "D", "55": "E"], failed: ["56"],
            outside: ["49", "57", "66"]),
        Case(
            code: 30, passed: ["65": "A", "64": "B", "63": "C", "62": "D", "61": "E"], failed: ["60"],
            outside: ["66", "59", "61.5", "51"]),
        Case(
            code: 31, passed: ["66": "Bestått", "65": "A", "64": "B", "63": "C", "62": "D", "61": "E"], failed: ["60"],
            outside: ["67", "59"]),
        Case(
            code: 1, passed: ["1.0": "1.0", "1": "1.0", "2.3": "2.3", "4.0": "4.0", "3.9": "3.9"],
            failed: ["4.1", "5", "6.0"], outside: ["0.9", "6.1", "2.35", "0", "-2"]),
        Case(code: 11, passed: ["1": "Bestått"], failed: ["0"], outside: ["2", "0.5", "-1"]),
        Case(code: 20, passed: ["1": "Godkjent"], failed: ["0"], outside: ["2", "0.5", "-1"]),
    ]

    @Test("A value is judged by its rule", arguments: cases)
    func judging(_ example: Case) throws {
        let rule = try #require(GradingRule.known[example.code])
        #expect(rule.code == example.code)
        for (text, name) in example.passed {
            #expect(rule.judge(try #require(GradeValue(text))) == .passed(name), "\(text)")
        }
        for text in example.failed {
            #expect(rule.judge(try #require(GradeValue(text))) == .failed, "\(text)")
        }
        for text in example.outside {
            #expect(rule.judge(try #require(GradeValue(text))) == .outsideRule, "\(text)")
        }
    }

    @Test("Every known rule has its table here, and an unknown rule cannot be judged")
    func known() {
        #expect(Set(GradingRule.known.keys) == Set(Self.cases.map(\.code)))
        #expect(GradingRule.known[99] == nil)
        #expect(GradingRule.inferredCodes.isSubset(of: GradingRule.known.keys))
    }

    @Test("Best and worst passing value are passed and the worst is failed, whichever direction is better")
    func ends() {
        for rule in GradingRule.known.values {
            guard case .passed = rule.judge(rule.best), case .passed = rule.judge(rule.worstPassing) else {
                Issue.record("rule \(rule.code)")
                continue
            }
            #expect(rule.judge(rule.worst) == .failed)
        }
    }
}
