/// The answer about one person while its rows arrive.
struct PersonInProgress: Sendable {
    /// The most results that one person may have; more is no transcript, and would be held in memory.
    static let mostResults: Int32 = 10_000

    private var verdict: Verdict?
    private var foundUnder: PersonNumber?
    private var fingerprint: Fingerprint?
    private var announced = 0
    private var heldBack = 0
    private var results: [FetchedResult] = []

    /// The first rule that was broken; later rows are dropped unseen.
    private var broken: BadDataRule?

    private enum Verdict: String {
        case fetched
        case unchanged
        case nothing
        case noConsent = "no_consent"
        case refused
    }

    /// Takes the person row.
    mutating func open(_ row: AnswerRecord.Person, _ question: Question) {
        if broken == nil, let rule = read(row, question) { fail(rule) }
    }

    /// Takes a result row.
    mutating func add(_ row: AnswerRecord.Result, answersFor: Set<Int32>, gradingRules: [Int32: GradingRule]) {
        guard broken == nil else { return }
        guard let verdict else { return fail(.resultWithoutPerson) }
        guard verdict == .fetched else { return fail(.resultNotAnnounced) }
        guard results.count < announced else { return fail(.wrongCount) }
        // As many as were announced, unless somebody announces what never comes.
        if results.isEmpty { results.reserveCapacity(min(announced, 100)) }
        do throws(BrokenResult) {
            results.append(try FetchedResult(row, answersFor: answersFor, gradingRules: gradingRules))
        } catch {
            fail(error.rule)
        }
    }

    /// Ends the answer.
    ///
    /// - Returns: `nil` if the source said nothing about the person.
    mutating func finish() -> PersonAnswer? {
        if broken == nil, verdict == .fetched, let rule = brokenTogether() { fail(rule) }
        if let broken { return .invalid(broken) }
        switch verdict {
        case nil: return nil
        case .noConsent: return .noConsent
        case .refused: return .refused
        case .nothing: return .nothing(heldBack: heldBack)
        case .fetched: return disclosure.map { .fetched($0, results: results) }
        case .unchanged: return disclosure.map { .unchanged($0) }
        }
    }

    private var disclosure: PersonAnswer.Disclosure? {
        guard let foundUnder, let fingerprint else { return nil }
        return PersonAnswer.Disclosure(
            foundUnder: foundUnder, fingerprint: fingerprint, resultCount: announced, heldBack: heldBack)
    }

    private mutating func fail(_ rule: BadDataRule) {
        broken = rule
        results = []
    }

    private mutating func read(_ row: AnswerRecord.Person, _ question: Question) -> BadDataRule? {
        // Compared as text: what was not asked for is not worth reading as a number.
        guard let asked = question.numbers.first(where: { $0.digits == row.personNumber }) else {
            return .numberNotAsked
        }
        if verdict != nil { return asked == foundUnder ? .answeredTwice : .twoPersons }
        guard let told = row.verdict.flatMap(Verdict.init(rawValue:)) else { return .unknownVerdict }
        verdict = told
        foundUnder = asked
        heldBack = Int(row.heldBack ?? 0)
        if heldBack < 0 { return .wrongCount }
        switch told {
        case .refused, .noConsent:
            return row.answered ?? 0 == 0 ? nil : .wrongCount
        case .nothing:
            if question.consent == .no { return .answeredAgainstRefusal }
            return row.answered ?? 0 == 0 ? nil : .wrongCount
        case .fetched, .unchanged:
            if question.consent == .no { return .answeredAgainstRefusal }
            guard let count = row.answered, (1...Self.mostResults).contains(count) else { return .wrongCount }
            announced = Int(count)
            fingerprint = row.fingerprint.flatMap(Fingerprint.init)
            if fingerprint == nil { return .fingerprintMalformed }
            if told == .unchanged, fingerprint != question.fingerprint { return .unchangedWithoutFingerprint }
            return nil
        }
    }

    /// The rules that only all results together can break.
    private func brokenTogether() -> BadDataRule? {
        guard results.count == announced else { return .wrongCount }
        var categories: [String: ResultCategory] = [:]
        categories.reserveCapacity(results.count)
        for result in results where categories.updateValue(result.category, forKey: result.key) != nil {
            return .duplicateKey
        }
        for result in results {
            guard let whole = result.partOfKey else { continue }
            guard let category = categories[whole] else { return .partOfMissing }
            guard category == .qualification, result.category != .qualification else { return .partOfNotQualification }
        }
        return nil
    }
}
