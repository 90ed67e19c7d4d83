/// A grading rule of FS (karakterregel): which grades there are, and which of them are passed.
///
/// Better is lower in some rules and higher in others, so that a value says nothing without its rule.
package struct GradingRule: Hashable, Sendable {
    /// karregelkode.
    package let code: Int32

    /// The best value; passed are all from here to `worstPassing`, whichever of the two is higher.
    package let best: GradeValue
    package let worstPassing: GradeValue
    package let worst: GradeValue

    /// The values that exist, with their names (karakternavn, bokmål).
    package let grades: Grades

    /// The values of a rule.
    package enum Grades: Hashable, Sendable {
        /// Each value has a name; there are no others.
        case named([GradeValue: String])

        /// Every value from best to worst in steps of this many hundredths, named by its number.
        case numeric(stepInHundredths: Int)
    }

    /// What a rule says about a value.
    package enum Judgement: Hashable, Sendable {
        case passed(String)
        case failed

        /// The rule has no such value.
        case outsideRule
    }

    package init(
        code: Int32, best: GradeValue, worstPassing: GradeValue, worst: GradeValue, grades: Grades
    ) {
        self.code = code
        self.best = best
        self.worstPassing = worstPassing
        self.worst = worst
        self.grades = grades
    }

    /// Judges a value: whether it exists in the rule, and if so whether it is passed.
    package func judge(_ value: GradeValue) -> Judgement {
        guard let name = name(of: value) else { return .outsideRule }
        let passing = best < worstPassing ? best...worstPassing : worstPassing...best
        return passing.contains(value) ? .passed(name) : .failed
    }

    private func name(of value: GradeValue) -> String? {
        switch grades {
        case .named(let names):
            return names[value]
        case .numeric(let step):
            let all = best < worst ? best...worst : worst...best
            guard all.contains(value), (value.hundredths - best.hundredths).isMultiple(of: step) else { return nil }
            let tenths = value.hundredths / 10
            return "\(tenths / 10).\(tenths % 10)"
        }
    }
}
