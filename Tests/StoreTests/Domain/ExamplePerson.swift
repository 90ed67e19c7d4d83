import Exchange
import Store
import Testing

/// Person numbers of each kind for Testperson1, born 01.03.1961, whose number at 203 is an S-number.
enum ExamplePerson {
    static func number(_ kind: PersonNumber.Kind) throws -> PersonNumber {
        // Until 1999 individual numbers from 000 to 499 are given; an FS-number's personnr begins at 90000.
        let individuals = kind == .fsNumber ? 900...999 : kind == .sNumber ? 130...139 : 100...199
        return try #require(
            individuals.lazy.compactMap {
                PersonNumber.make(kind, day: 1, month: 3, year: 1961, individual: $0)
            }.first)
    }
}

extension Playground {
    /// What `explain` says about an order at a source.
    func explanation(_ order: OrderNumber, _ source: Int32) async throws -> Explanation {
        try #require(try await store.explanations(of: order).first { $0.source.rawValue == source })
    }

    /// Sentence and advice in one text.
    func explained(_ order: OrderNumber, _ source: Int32) async throws -> String {
        let explanation = try await explanation(order, source)
        return [explanation.sentence, explanation.advice].compactMap(\.self).joined(separator: " ")
    }

    func acceptance(_ answer: ConsentAnswer, _ number: String, on day: CalendarDay? = nil) async throws {
        try await store.setAcceptance(
            of: try PersonNumber(number), answer: answer, on: day, channel: .studentweb, type: .resutveksl)
    }

    /// Makes everything due that waits for its next attempt.
    func nextNight() async throws {
        try await own("UPDATE resutveksl.orders SET due_at = now() WHERE state = 'awaiting_retry'")
    }
}
