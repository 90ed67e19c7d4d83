import Exchange

/// What a source has about a person at some moment, drawn from few courses, degrees and texts, so that states overlap.
struct RandomResults {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// A state that is the one before with a little of it changed, or another one altogether, or nothing.
    mutating func next(after state: [FetchedResult]) -> [FetchedResult] {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return []
        case 1...3: return whole()
        default:
            var next = state
            if !next.isEmpty { change(&next) }
            return next
        }
    }

    mutating func whole() -> [FetchedResult] {
        var state = (1...2).filter { _ in Bool.random(using: &random) }.map { degree($0) }
        state += (1...6).filter { _ in Int.random(in: 0..<3, using: &random) > 0 }.map { course($0, state) }
        return state.shuffled(using: &random)
    }

    private mutating func change(_ state: inout [FetchedResult]) {
        let place = Int.random(in: state.indices, using: &random)
        let result = state[place]
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            state.remove(at: place)
            for index in state.indices where state[index].partOfKey == result.key { state[index].partOfKey = nil }
        case 1 where result.category == .course:
            state[place].partOfKey = state.filter { $0.category == .qualification }.randomElement(using: &random)?.key
        case 2:
            state[place].names.bokmal = text()
        default:
            state[place].grade = ["A", "B", nil].randomElement(using: &random) ?? nil
            state[place].credits = Credits(hundredths: [750, 1000, 0].randomElement(using: &random) ?? 0)
        }
    }

    private mutating func degree(_ number: Int) -> FetchedResult {
        FetchedResult(
            institution: number == 1 ? 203 : 216, key: "K/\(number)", category: .qualification, code: "BACHELOR",
            names: FetchedResult.Names(bokmal: text(), english: text()),
            obtainedOn: CalendarDay(year: 2015, month: number, day: Int.random(in: 1...2, using: &random)))
    }

    private mutating func course(_ number: Int, _ degrees: [FetchedResult]) -> FetchedResult {
        FetchedResult(
            institution: number % 2 == 0 ? 203 : 216, key: "E/\(number)",
            partOfKey: Bool.random(using: &random) ? degrees.randomElement(using: &random)?.key : nil,
            category: .course, code: "EMN\(number)", version: "1",
            names: FetchedResult.Names(bokmal: text(), nynorsk: text(), english: text()), thesisTitle: text(),
            descriptions: FetchedResult.Names(bokmal: text()),
            term: Term(year: Int.random(in: 2013...2014, using: &random), season: .autumn),
            credits: Credits(hundredths: [750, 1000].randomElement(using: &random) ?? 0), gradingRule: 30,
            gradeValue: GradeValue(Int.random(in: 63...65, using: &random)),
            grade: ["A", "B", "C"].randomElement(using: &random))
    }

    /// None, empty, with what SQL and COPY might stumble over, and long.
    private mutating func text() -> String? {
        let texts = [nil, "", "Økonomi", "it's; -- \\N \"x\"\ty", "→ – '$1'", String(repeating: "lang ", count: 100)]
        return texts.randomElement(using: &random) ?? nil
    }
}
