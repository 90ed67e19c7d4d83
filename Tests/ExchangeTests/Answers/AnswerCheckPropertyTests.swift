import Exchange
import Testing

struct AnswerCheckPropertyTests {
    /// A good answer about some persons, each with one degree and courses within it.
    private func answer(about numbers: [PersonNumber]) -> (questions: [Question], records: [[AnswerRecord]]) {
        var questions: [Question] = []
        var records: [[AnswerRecord]] = []
        for (index, number) in numbers.enumerated() {
            let ref = Int64(index + 1)
            guard let order = OrderNumber(rawValue: ref) else { continue }
            questions.append(Question(ref: order, numbers: [number], purpose: .approvalCase))
            let person = AnswerRecord.Person(
                ref: ref, personNumber: number.digits, verdict: "fetched", answered: 4, heldBack: 0,
                fingerprint: AnswerExample.fingerprint)
            var rows: [AnswerRecord] = [.person(person)]
            for row in 0..<4 {
                var result = row == 0 ? AnswerExample().degree : AnswerExample().course
                result.ref = ref
                if row > 0 { result.resultKey = "V-\(row)" }
                rows.append(.result(result))
            }
            records.append(rows)
        }
        return (questions, records)
    }

    private func numbers(_ count: Int) -> [PersonNumber] {
        var numbers: [PersonNumber] = []
        for individual in 0...499 {
            for day in 1...28 where numbers.count < count {
                let made = PersonNumber.make(.tenorSynthetic, day: day, month: 6, year: 1985, individual: individual)
                if let made { numbers.append(made) }
            }
        }
        return numbers
    }

    @Test("Rows that are lost, repeated or exchanged make persons invalid and never change what others get")
    func spoiled() throws {
        let numbers = numbers(20)
        let (questions, good) = answer(about: numbers)
        let source = AnswerRecord.source(AnswerRecord.Source(verdict: "open", answered: 20))
        let clean = try AnswerCheck.check(
            [source] + good.flatMap { $0 }, questions: questions, institution: 203, answersFor: [216])
        #expect(clean.answers.values.allSatisfy { $0.outcome == .fetched })
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<300 {
            var rows = good
            let victim = Int.random(in: 0..<20, using: &generator)
            let row = Int.random(in: 0..<5, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: rows[victim].remove(at: row)
            case 1: rows[victim].append(rows[victim][row])
            default: if row > 0 { rows[victim].swapAt(0, row) } else { rows[victim].removeFirst() }
            }
            let checked = try AnswerCheck.check(
                [source] + rows.flatMap { $0 }, questions: questions, institution: 203, answersFor: [216])
            for (index, question) in questions.enumerated() {
                if index == victim {
                    #expect(checked.answers[question.ref]?.outcome == .invalid)
                } else {
                    #expect(checked.answers[question.ref] == clean.answers[question.ref])
                }
            }
            #expect(checked.rejected.count == 1)
        }
    }

    @Test("Persons may be answered in any order, and their rows interleaved")
    func interleaved() throws {
        let (questions, good) = answer(about: numbers(10))
        var records: [AnswerRecord] = [.source(AnswerRecord.Source(verdict: "open", answered: 10))]
        for row in 0..<5 {
            for person in good.reversed() { records.append(person[row]) }
        }
        let checked = try AnswerCheck.check(records, questions: questions, institution: 203, answersFor: [216])
        #expect(checked.answers.values.filter { $0.outcome == .fetched }.count == 10)
    }

    @Test("A source that sends more than it announced is not kept in memory, and the log stays short")
    func flood() throws {
        let example = AnswerExample()
        var check = AnswerCheck(questions: try example.questions(), institution: 203, answersFor: [216])
        try check.take(.source(example.source))
        try check.take(.person(example.person))
        var stranger = example.course
        for number in 0..<20_000 {
            try check.take(.result(example.course))
            stranger.ref = Int64(number + 10)
            try check.take(.result(stranger))
        }
        let answer = try check.finish()
        #expect(answer.answers == [1: .invalid(.wrongCount)])
        #expect(
            answer.rejected == [BadData(rule: .notAsked, ref: nil, rows: 20_000), BadData(rule: .wrongCount, ref: 1)])
    }

    @Test("No sentence of the log has a person number, a grade or a name in it")
    func sentences() throws {
        var example = AnswerExample()
        example.course.gradeValue = "60"
        example.course.grade = "SECRET"
        let answer = try example.check(
            example.records([.person(AnswerRecord.Person(ref: 9, personNumber: "1", verdict: "x"))]))
        #expect(answer.rejected.count == 2)
        for bad in answer.rejected {
            for secret in [AnswerExample.first, "12185", "SECRET", "RES-100"] { #expect(!"\(bad)".contains(secret)) }
        }
    }
}
