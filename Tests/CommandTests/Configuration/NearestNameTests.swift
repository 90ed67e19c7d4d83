import Testing

@testable import resutveksl

@Suite struct NearestNameTests {
    @Test(
        "changed, missing, additional and swapped letters count one each",
        arguments: [
            ("", "", 0), ("lease", "lease", 0), ("lease", "leese", 1), ("lease", "leas", 1), ("lease", "leasse", 1),
            ("lease", "laese", 1), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3),
        ])
    func distance(left: String, right: String, distance: Int) {
        #expect(NearestName.distance(Array(left), Array(right)) == distance)
        #expect(NearestName.distance(Array(right), Array(left)) == distance)
    }

    @Test("a word that is far from every name has no nearest")
    func far() {
        let names = NearestName(names: ["log.level", "log.format", "worker.lease"])
        #expect(names.nearest(to: "log.leve") == "log.level")
        #expect(names.nearest(to: "WORKER.LAESE") == "worker.lease")
        #expect(names.nearest(to: "metrics") == nil)
        #expect(NearestName(names: []).nearest(to: "x") == nil)
    }
}
