/// Checks a source's answer against what was asked, row by row as it arrives.
///
/// A source is trusted to decide about its own results and with nothing else. One person's bad data makes that person's answer
/// invalid and harms nobody else; only where the answer as a whole cannot be relied on is all of it refused. Time is linear in
/// the rows, and no more rows are kept than the source announced.
package struct AnswerCheck: Sendable {
    private let questions: [Question]
    private let answersFor: Set<Int32>
    private let gradingRules: [Int32: GradingRule]
    private var sharing: Sharing?
    private var persons: [PersonInProgress]
    private let indexOfRef: [Int64: Int]
    private var rejections = Rejections()

    /// - Parameters:
    ///   - questions: what was asked, one for each ref.
    ///   - institution: the source's own number.
    ///   - answersFor: the other numbers whose results it holds, with or without its own.
    ///   - gradingRules: the rules to judge by; results under others are taken at the source's word.
    package init(
        questions: [Question], institution: InstitutionNumber, answersFor: Set<InstitutionNumber> = [],
        gradingRules: [Int32: GradingRule] = GradingRule.known
    ) {
        self.questions = questions
        self.answersFor = Set(answersFor.map(\.rawValue)).union([institution.rawValue])
        self.gradingRules = gradingRules
        // A question without a usable number cannot have been asked, and no answer to it is expected.
        indexOfRef = Dictionary(
            questions.indices.lazy.filter { questions[$0].isAskable }.map { (questions[$0].ref.rawValue, $0) },
            uniquingKeysWith: { first, _ in first })
        persons = Array(repeating: PersonInProgress(), count: questions.count)
    }

    /// Checks an answer that is there as a whole.
    package static func check(
        _ records: some Sequence<AnswerRecord>, questions: [Question], institution: InstitutionNumber,
        answersFor: Set<InstitutionNumber> = []
    ) throws(AnswerError) -> CheckedAnswer {
        var check = AnswerCheck(questions: questions, institution: institution, answersFor: answersFor)
        for record in records { try check.take(record) }
        return try check.finish()
    }

    /// Takes the next row.
    ///
    /// - Throws: if the answer as a whole is bad; the rest need not be read then.
    package mutating func take(_ record: AnswerRecord) throws(AnswerError) {
        switch record {
        case .source(let row):
            try take(row)
        case .person(let row):
            try requireOpen()
            takePerson(row)
        case .result(let row):
            try requireOpen()
            takeResult(row)
        }
    }

    /// Ends the answer, after its last row.
    package consuming func finish() throws(AnswerError) -> CheckedAnswer {
        guard let sharing else { throw .noSourceRow }
        var answer = CheckedAnswer(sharing: sharing)
        for index in persons.indices {
            guard let checked = persons[index].finish() else { continue }
            let ref = questions[index].ref
            answer.answers[ref] = checked
            if case .invalid(let rule) = checked { rejections.add(rule, ref) }
        }
        answer.rejected = rejections.all
        return answer
    }

    private mutating func take(_ row: AnswerRecord.Source) throws(AnswerError) {
        guard sharing == nil else { throw .severalSourceRows }
        guard let verdict = row.verdict.flatMap(Sharing.init(rawValue:)) else { throw .unknownVerdict }
        // A source that does not share has not looked at any person, so that its count means nothing.
        if verdict == .open, row.answered.map(Int.init) != indexOfRef.count {
            throw .wrongAnswered(asked: indexOfRef.count, answered: row.answered.map(Int.init))
        }
        sharing = verdict
    }

    private func requireOpen() throws(AnswerError) {
        guard let sharing else { throw .noSourceRow }
        guard sharing == .open else { throw .rowsThoughClosed }
    }

    private mutating func takePerson(_ row: AnswerRecord.Person) {
        guard let index = row.ref.flatMap({ indexOfRef[$0] }) else { return rejections.add(.notAsked, nil) }
        persons[index].open(row, questions[index])
    }

    private mutating func takeResult(_ row: AnswerRecord.Result) {
        guard let index = row.ref.flatMap({ indexOfRef[$0] }) else { return rejections.add(.notAsked, nil) }
        persons[index].add(row, answersFor: answersFor, gradingRules: gradingRules)
    }
}
