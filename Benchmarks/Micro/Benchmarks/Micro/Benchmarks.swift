import Benchmark
import Exchange
import Postgres
import Sources

/// What one order costs in the program's own code: reading a number, reading a row, checking an answer.
///
/// The names are those of the files in `Thresholds`, in which a blank would be lost.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock], warmupIterations: 3, scalingFactor: .one, maxDuration: .seconds(2),
        // Machines differ by more than most regressions: twice the time is worth a look.
        thresholds: [.wallClock: .init(relative: [.p90: 100])])

    let numbers = Fixture.numbers(1000)
    let texts = numbers.map(\.digits)
    let wrong = texts.map { String($0.dropLast()) + ($0.hasSuffix("0") ? "1" : "0") }

    Benchmark("read_1000_person_numbers") { _ in
        for text in texts { blackHole(try PersonNumber(text)) }
    }

    Benchmark("refuse_1000_wrong_person_numbers") { _ in
        for text in wrong { blackHole(try? PersonNumber(text)) }
    }

    Benchmark("decode_5000_claimed_orders") { benchmark in
        let rows = Fixture.claimedOrders(5000)
        benchmark.startMeasurement()
        blackHole(try rows.decode(Int64.self, Int64.self, String.self, String?.self))
    }

    let institution = Fixture.institution
    for (name, known, results) in [
        ("none", 0, 0), ("15_of_13_results", 15, 13), ("500_of_13_results", 500, 13),
    ] {
        let questions = Fixture.questions(numbers, count: 500)
        Benchmark("check_answer_about_500_known_\(name)") { benchmark in
            let rows = Fixture.answer(questions, known: known, results: results)
            benchmark.startMeasurement()
            blackHole(try AnswerRows(rows).checked(questions, institution: institution, answersFor: []))
        }
    }
}
