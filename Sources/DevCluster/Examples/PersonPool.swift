package import Exchange
package import Postgres

/// Invented persons for example data: the same ones at every run, and nobody's numbers.
///
/// A pool of a thousand is the beginning of a pool of a hundred thousand. All numbers are of the tax administration's
/// synthetic population (Tenor, month + 80), which belong to nobody.
package struct PersonPool: Sendable {
    package struct Person: Sendable {
        package let number: PersonNumber
        package let givenName: String
        package let familyName: String
    }

    package let persons: [Person]

    /// - Parameter count: at most some millions: there are about 420 numbers for a day of birth.
    package init(count: Int) {
        var draws = SteadyDraws(seed: 1)
        var taken: Set<PersonNumber> = []
        var persons: [Person] = []
        persons.reserveCapacity(count)
        while persons.count < count {
            let year = 1955 + draws.next(below: 52)
            let individual = draws.next(below: 500) + (year < 2000 ? 0 : 500)
            let (month, day) = (1 + draws.next(below: 12), 1 + draws.next(below: 31))
            // Nil for a day that does not exist and for the numbers whose control digit would be 10.
            guard
                let number = PersonNumber.make(
                    .tenorSynthetic, day: day, month: month, year: year, individual: individual),
                taken.insert(number).inserted
            else { continue }
            // In a birth number the third individual digit tells: odd for men, even for women.
            let given = individual % 2 == 1 ? ExampleNames.men : ExampleNames.women
            persons.append(
                Person(
                    number: number, givenName: given[draws.next(below: given.count)],
                    familyName: ExampleNames.families[draws.next(below: ExampleNames.families.count)]))
        }
        self.persons = persons
    }

    /// Copies the persons into `example.pool`, numbered from 0, in place of those that are there.
    package func load(into connection: Connection) async throws {
        var rows = CopyData(reservingBytes: persons.count * 64)
        for (place, person) in persons.enumerated() {
            rows.beginRow(columns: 4)
            rows.append(Int32(place))
            rows.append(person.number.digits)
            rows.append(person.givenName)
            rows.append(person.familyName)
        }
        try await connection.withTransaction { transaction in
            try await transaction.execute(script: "TRUNCATE example.pool")
            _ = try await transaction.copyIn(
                "COPY example.pool (i, person_number, given_name, family_name) FROM STDIN (FORMAT binary)", rows)
        }
    }
}
