import Exchange
import Foundation
import Testing

struct FaultKindTests {
    @Test("Every kind of fault has an outcome that is tried again, and says what to do", arguments: FaultKind.allCases)
    func outcomes(_ kind: FaultKind) {
        #expect(kind.outcome.isRetried)
        #expect(kind.outcome != .pending)
        #expect(kind.advice.hasSuffix("."))
        #expect(Fault(kind, reason: "").outcome == kind.outcome)
    }

    @Test("Only what is wrong with the person's own answer uses up the person's days, and a pause uses up none")
    func costs() {
        let byCost = Dictionary(grouping: FaultKind.allCases, by: \.attemptCost)
        #expect(byCost[.attemptDay] == [.answerTooLarge, .badPerson])
        #expect(byCost[.nothing] == [.paused, .maintenance])
        #expect(byCost[.outageDay]?.count == FaultKind.allCases.count - 4)
    }

    @Test("docs/faults.md has a row for every kind, with its outcome", arguments: FaultKind.allCases)
    func documented(_ kind: FaultKind) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let page = try String(contentsOf: root.appending(path: "docs/faults.md"), encoding: .utf8)
        #expect(page.contains("| `\(kind.rawValue)` | `\(kind.outcome.rawValue)` |"))
    }
}
