import Postgres

/// An answer of `ask_v1`, with each person's results under the person.
struct Answer: Equatable, Sendable {
    struct Person: Equatable, Sendable {
        let ref: Int64
        let number: String
        let verdict: String
        let answered: Int32
        let heldBack: Int32
        let fingerprint: String?
        var results: [Result] = []
    }

    struct Result: Equatable, Sendable {
        let institution: Int32
        let key: String
        let partOfKey: String?
        let category: String
        let code: String
        let version: String?
        let names: Languages
        let thesisTitle: String?
        let thesisTitleEnglish: String?
        let descriptions: Languages
        let termYear: Int32?
        let term: String?
        let credits: String?
        let gradingRule: Int32?
        let gradeValue: String?
        let grade: String?
        let obtainedOn: String?
    }

    struct Languages: Equatable, Sendable {
        var bokmal: String?
        var nynorsk: String?
        var english: String?
    }

    /// Rows that do not follow each other as the contract says.
    struct OutOfOrder: Error {
        let row: Int
    }

    /// The first question's answer: `open`, `reserved`, `not_open`.
    let sharing: String
    /// How many refs the source has answered.
    let answered: Int32
    private(set) var persons: [Person] = []

    init(_ rows: Rows) throws {
        guard rows.count > 0, try rows.value(0, 0) == "source" else { throw OutOfOrder(row: 0) }
        sharing = try rows.value(0, 3)
        answered = try rows.value(0, 4)
        for row in 1..<max(1, rows.count) {
            switch try rows.value(row, 0, as: String.self) {
            case "person": persons.append(try Self.person(rows, row))
            case "result" where try persons.last?.ref == rows.value(row, 1, as: Int64.self):
                persons[persons.count - 1].results.append(try Self.result(rows, row))
            default: throw OutOfOrder(row: row)
            }
        }
    }

    private static func person(_ rows: Rows, _ row: Int) throws -> Person {
        Person(
            ref: try rows.value(row, 1), number: try rows.value(row, 2), verdict: try rows.value(row, 3),
            answered: try rows.value(row, 4), heldBack: try rows.value(row, 5), fingerprint: try rows.value(row, 6))
    }

    private static func result(_ rows: Rows, _ row: Int) throws -> Result {
        func languages(_ column: Int) throws -> Languages {
            Languages(
                bokmal: try rows.value(row, column), nynorsk: try rows.value(row, column + 1),
                english: try rows.value(row, column + 2))
        }
        return Result(
            institution: try rows.value(row, 7), key: try rows.value(row, 8), partOfKey: try rows.value(row, 9),
            category: try rows.value(row, 10), code: try rows.value(row, 11), version: try rows.value(row, 12),
            names: try languages(13), thesisTitle: try rows.value(row, 16),
            thesisTitleEnglish: try rows.value(row, 17), descriptions: try languages(18),
            termYear: try rows.value(row, 21), term: try rows.value(row, 22),
            credits: try rows.value(row, 23, as: PostgresNumeric?.self)?.text, gradingRule: try rows.value(row, 24),
            gradeValue: try rows.value(row, 25, as: PostgresNumeric?.self)?.text, grade: try rows.value(row, 26),
            obtainedOn: try rows.value(row, 27, as: PostgresDate?.self)?.description)
    }
}
