/// How many example sources are made, and what is in them.
package struct ExamplePlan: Sendable {
    /// Institutions that stand for sources, by number; those beyond the known ones have numbers from 901 on.
    package var institutions: [Int32]
    package var personsPerSource: Int
    /// On average; a person has from two fewer to two more.
    package var resultsPerPerson: Int
    /// How many persons the sources choose theirs from.
    ///
    /// Each source knows `personsPerSource` of them, so that a person is known at `institutions.count × personsPerSource ÷ poolSize` sources on average.
    package var poolSize: Int
    /// Whether the routine's two test persons are at the sources that answer for 216 and 214.
    package var includesTestPersons = true
    /// The institution that asks, and the login role that it asks as.
    package var requester: Int32 = 215
    package var requesterRole = "resutveksl_requester"
    /// What the databases' names begin with; the institution's number follows.
    package var databasePrefix = "fs_"

    /// - Parameter poolSize: left out, it is chosen so that a person is known at four sources on average.
    package init(sources: Int, personsPerSource: Int = 40, resultsPerPerson: Int = 13, poolSize: Int? = nil) {
        institutions = Self.institutions(sources)
        self.personsPerSource = personsPerSource
        self.resultsPerPerson = resultsPerPerson
        self.poolSize = poolSize ?? max(personsPerSource, sources * personsPerSource / 4)
    }

    /// The first `count` numbers: the two sources of the test persons come first, the requester's own is left out.
    private static func institutions(_ count: Int) -> [Int32] {
        let known: [Int32] = [
            203, 204, 185, 184, 194, 186, 192, 201, 217, 209, 222, 224, 211, 223, 191, 158, 150, 178, 189, 190,
            195, 202, 206, 221, 230, 231, 233, 251, 253, 254, 255, 258, 259, 260,
        ]
        return Array((known + (901...).prefix(max(0, count - known.count)).map { Int32($0) }).prefix(count))
    }

    /// Which persons of the pool the source at a place of the list knows: every `stride`th from `first` on, going round.
    package func choice(_ place: Int) -> (first: Int, stride: Int) {
        // Steps that have no factor in common with the pool's size reach everybody before they come back.
        var stride = 1
        for _ in 0..<place {
            repeat { stride += 1 } while Self.commonFactor(stride, poolSize) != 1
        }
        return (place * poolSize / max(1, institutions.count), stride)
    }

    /// The places in the pool of the persons whom the source at a place of the list knows.
    package func poolPlaces(_ place: Int) -> [Int] {
        let (first, stride) = choice(place)
        return (0..<personsPerSource).map { (first + $0 * stride) % poolSize }
    }

    private static func commonFactor(_ left: Int, _ right: Int) -> Int {
        right == 0 ? left : commonFactor(right, left % right)
    }
}
