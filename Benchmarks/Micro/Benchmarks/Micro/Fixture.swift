import Exchange
import Postgres

/// Data of the shape that sources and the own database send, made without a server.
enum Fixture {
    static let institution: InstitutionNumber = {
        guard let number = InstitutionNumber(rawValue: 203) else { preconditionFailure("203 is an institution number") }
        return number
    }()

    /// Invented numbers that belong to nobody.
    static func numbers(_ count: Int) -> [PersonNumber] {
        var numbers: [PersonNumber] = []
        for day in 0... {
            for individual in 0..<500 {
                guard
                    let number = PersonNumber.make(
                        .tenorSynthetic, day: day % 28 + 1, month: day / 28 % 12 + 1, year: 1990, individual: individual
                    )
                else { continue }
                numbers.append(number)
                if numbers.count == count { return numbers }
            }
        }
        return numbers
    }

    static func questions(_ numbers: [PersonNumber], count: Int) -> [Question] {
        numbers.prefix(count).enumerated().compactMap { place, number in
            OrderNumber(rawValue: Int64(place + 1)).map {
                Question(ref: $0, numbers: [number], consent: .yes, purpose: .externalStudy)
            }
        }
    }

    static func claimedOrders(_ count: Int) -> Rows {
        var table = ResultTable([("order_number", .int8), ("person_id", .int8), ("number", .text), ("consent", .text)])
        for (place, number) in numbers(count).enumerated() {
            table.append([
                .int8(Int64(place)), .int8(Int64(place)), .text(number.digits), place % 3 == 0 ? nil : .text("J"),
            ])
        }
        return table.rows()
    }

    /// What `ask_v1` answers when it knows the first `known` persons, each with so many results.
    static func answer(_ questions: [Question], known: Int, results: Int) -> Rows {
        var table = ResultTable(answerColumns)
        table.append([
            .text("source"), nil, nil, .text("open"), .int4(Int32(questions.count)),
        ])
        for question in questions.prefix(known) {
            let ref = ResultTable.Value.int8(question.ref.rawValue)
            table.append([
                .text("person"), ref, .text(question.numbers[0].digits), .text("fetched"), .int4(Int32(results)),
                .int4(0),
                .text("00112233445566778899aabbccddeeff"),
            ])
            for place in 0..<results {
                table.append([
                    .text("result"), ref, nil, nil, nil, nil, nil, .int4(203), .text("203/E/EKS\(place)/1/S/2024/HØST"),
                    nil,
                    .text("Emne"), .text("EKS\(place)"), .text("1"), .text("Eksempelfag \(place)"), nil,
                    .text("Example course \(place)"), nil, nil, .text("Et emne som står her for å ha en beskrivelse."),
                    nil,
                    nil, .int4(2024), .text("HØST"), .numeric(10), .int4(30), .numeric(2), .text("B"), nil,
                ])
            }
        }
        return table.rows()
    }

    private static let answerColumns: [(String, TypeIdentifier)] = [
        ("record", .text), ("ref", .int8), ("person_number", .text), ("verdict", .text), ("answered", .int4),
        ("held_back", .int4), ("fingerprint", .text), ("institution", .int4), ("result_key", .text),
        ("part_of_key", .text), ("category", .text), ("code", .text), ("version", .text), ("name_bokmal", .text),
        ("name_nynorsk", .text), ("name_english", .text), ("thesis_title", .text), ("thesis_title_english", .text),
        ("description_bokmal", .text), ("description_nynorsk", .text), ("description_english", .text),
        ("term_year", .int4), ("term", .text), ("credits", .numeric), ("grading_rule", .int4),
        ("grade_value", .numeric),
        ("grade", .text), ("obtained_on", .date),
    ]
}
