import Exchange
import Postgres
import Store
import Testing

/// `resutveksl.number_fault`, which has to say of every number what the program says.
@Suite struct NumberFaultTests {
    private func faults(_ numbers: [String]) async throws -> [String?] {
        let playground = try await Playground.make()
        return try await playground.store.pool.withConnection { connection in
            try await connection.query(
                """
                SELECT resutveksl.number_fault(number) FROM unnest($1) WITH ORDINALITY AS n (number, place) ORDER BY place
                """, numbers
            ).decode(String?.self)
        }
    }

    @Test("a person number is accepted in SQL when and only when the program accepts it")
    func sameAsProgram() async throws {
        var generator = SystemRandomNumberGenerator()
        var numbers: [String] = []
        while numbers.count < 3000 {
            // Days and months of all kinds, and control digits that fit, so that the date decides.
            let nine = (0..<9).map { _ in Int.random(in: 0...9, using: &generator) }
            let first = (11 - zip(nine, [3, 7, 6, 1, 8, 9, 4, 5, 2]).map { $0 * $1 }.reduce(0, +) % 11) % 11
            let second =
                (11 - zip(nine + [first], [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]).map { $0 * $1 }.reduce(0, +) % 11) % 11
            if first < 10, second < 10 { numbers.append((nine + [first, second]).map(String.init).joined()) }
        }
        let accepted = numbers.filter { (try? PersonNumber($0)) != nil }
        #expect(accepted.count > 500 && accepted.count < 2500)
        let faults = try await faults(numbers)
        #expect(zip(numbers, faults).filter { $0.1 == nil }.map(\.0) == accepted)
    }

    @Test("what is wrong with a person number is told without repeating it")
    func reasons() async throws {
        let cases = [
            ("", "missing"), ("1536112185", "ten digits"), ("15361 12185", "ten digits"),
            ("015361121850", "not eleven"),
            ("0153611218x", "not eleven"), ("0153 6112185", "not eleven"), ("01536112186", "control digits"),
        ]
        for (fault, (_, part)) in zip(try await faults(cases.map(\.0)), cases) {
            #expect(fault?.contains(part) == true)
            #expect(fault?.contains("112") == false)
        }
        #expect(try await faults(["01536112185", "015361 12185"]) == [nil, nil])
    }
}
