extension GradingRule {
    /// The rules that are known here, by code.
    ///
    /// FS's own: 28 and 29 (A = 51 ... E = 55, F = 56; 29 also Bestått = 50), 30 and 31 (A = 65 ... E = 61, F = 60; 31 also
    /// Bestått = 66). FS's codes and values for the old numeric scale, Bestått/Ikke bestått and Godkjent/Ikke godkjent are
    /// not public: theirs here (1, 11 and 20; 1 for passed and 0 for not) are inferred. A rule that is missing here cannot
    /// be judged, and the source's word is taken.
    package static let known: [Int32: GradingRule] = Dictionary(
        uniqueKeysWithValues: [
            oldNumeric,
            twoGrades(code: 11, passed: "Bestått", failed: "Ikke bestått"),
            twoGrades(code: 20, passed: "Godkjent", failed: "Ikke godkjent"),
            letters(code: 28, a: 51, direction: 1, passed: nil),
            letters(code: 29, a: 51, direction: 1, passed: 50),
            letters(code: 30, a: 65, direction: -1, passed: nil),
            letters(code: 31, a: 65, direction: -1, passed: 66),
        ].map { ($0.code, $0) })

    /// Codes of `known` whose number is not confirmed by a public source.
    package static let inferredCodes: Set<Int32> = [1, 11, 20]

    /// 1.0 is the best grade and 4.0 the worst that is passed; the scale ends at 6.0.
    private static var oldNumeric: GradingRule {
        GradingRule(
            code: 1, best: GradeValue(1), worstPassing: GradeValue(4), worst: GradeValue(6),
            grades: .numeric(stepInHundredths: 10))
    }

    private static func twoGrades(code: Int32, passed: String, failed: String) -> GradingRule {
        GradingRule(
            code: code, best: GradeValue(1), worstPassing: GradeValue(1), worst: GradeValue(0),
            grades: .named([GradeValue(1): passed, GradeValue(0): failed]))
    }

    /// A to F, where the next worse letter is `direction` away, and perhaps a plain Bestått beside A.
    private static func letters(code: Int32, a: Int, direction: Int, passed: Int?) -> GradingRule {
        var names: [GradeValue: String] = [:]
        for (step, name) in ["A", "B", "C", "D", "E", "F"].enumerated() {
            names[GradeValue(a + step * direction)] = name
        }
        if let passed { names[GradeValue(passed)] = "Bestått" }
        return GradingRule(
            code: code, best: GradeValue(passed ?? a), worstPassing: GradeValue(a + 4 * direction),
            worst: GradeValue(a + 5 * direction), grades: .named(names))
    }
}
