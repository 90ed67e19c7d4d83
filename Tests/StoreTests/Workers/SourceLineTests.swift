import Exchange
import Postgres
import Sources
import Testing

@testable import Store
@testable import Worker

/// What the line to a source knows of how many suit it at once.
@Suite struct SourceLineTests {
    @Test(
        "who has waited while another lane's large set took too long does not ask as much, until the source answers again"
    )
    func tooLong() async throws {
        let playground = try await Playground.make(203)
        try await playground.orderForPool(600)
        try await playground.hurry(203, connect: 5000, statement: 300)
        let store = playground.store
        let run = try await store.beginRun(worker: "test")
        let claim = try #require(try await store.claim(run: run, limit: 600, lease: .seconds(60)))
        let lane = try #require(claim.lanes.first)
        let questions = lane.orders.map {
            Question(
                ref: $0.number, numbers: $0.numbers, consent: $0.consent, consentedOn: $0.consentedOn, fingerprint: nil,
                purpose: $0.purpose)
        }
        let lines = SourceLines(store: store, breakerRest: nil, logger: playground.log.logger())
        let line = await lines.line(to: lane.source.institution)
        func ask(_ count: Int) async throws(SourceError) {
            _ = try await line.ask(
                Array(questions.prefix(count)), of: lane.source, isUrgent: false, place: nil
            ) { true }
        }
        try await line.connect(to: lane.source, isUrgent: false) { true }
        await line.note(setSize: 600)
        let lock = try await playground.lockPersons(at: 203)
        let first = await #expect(throws: SourceError.self) { try await ask(600) }
        #expect(first?.fault.kind == .tooSlow)
        #expect(first?.isRepeated == false)
        #expect(await line.setSize == LaneMachine.usualSetSize)
        let second = await #expect(throws: SourceError.self) { try await ask(600) }
        #expect(second?.fault.kind == .tooSlow)
        #expect(second?.isRepeated == true, "it was not asked")
        await lock.close()
        try await ask(500)
        try await ask(600)
        await line.note(setSize: 900)
        #expect(await line.setSize == 900)
        await line.note(setSize: 3)
        #expect(await line.setSize == LaneMachine.usualSetSize)
        await line.note(setSize: 900)
        await lines.close()
        #expect(await line.setSize == LaneMachine.usualSetSize, "the next connection begins anew")
    }
}
