import DevCluster
import Exchange
import Foundation
import Logging
import Postgres
import Store
import Worker

/// The routine, told as it happens.
///
/// Throws when something does not come out as the routine says.
struct DemoRoutine {
    let world: DemoWorld
    let logger: Logger

    private var store: Store { world.store }

    func show() async throws {
        var orders: [OrderNumber] = []
        heading("A case worker at \(DemoWorld.own) \(DemoWorld.ownAcronym) orders Hent ekstern norsk utdanning")
        for person in TestPerson.all { orders.append(try await place(person)) }
        print("  … and \(world.orders - TestPerson.all.count) more orders from admission")

        heading("resutveksl run")
        let first = try await run()
        for (person, order) in zip(TestPerson.all, orders) { try await showResults(person, order) }
        try await showLog(first)

        heading("The sources are up again, and an operator does not wait for tomorrow")
        try await world.other.startAgain()
        let requeue =
            "UPDATE resutveksl.orders SET state = 'ordered', due_at = now() WHERE state = 'awaiting_retry'"
        let requeued = try await store.pool.withConnection { try await $0.query(Statement(requeue)) }
        print("  resutveksl=# \(requeue);\n  UPDATE \(requeued.affected)")

        heading("resutveksl run")
        let second = try await run()
        print()
        for order in orders { print(OrderText.heading(try await store.order(order))) }
        try require(second.failed.isEmpty, "every source could be asked after the re-queue")
        try require(
            second.settlement.completed == world.orders && second.settlement.awaitingRetry == 0,
            "every order is completed after the re-queue")
        print("\nAll \(second.settlement.completed) orders are completed.")
    }

    private func place(_ person: TestPerson) async throws -> OrderNumber {
        let number = try PersonNumber(person.number)
        _ = try await store.addPerson(number, givenName: person.name, familyName: "Resultatutveksling")
        try await store.setAcceptance(
            of: number, answer: .yes, on: nil, channel: .studentweb, type: .resultatutveks)
        let order = try await store.placeOrder(
            for: number, purpose: .approvalCase, reference: person.reference, orderedBy: "studiekonsulent")
        print("  \(person.name) \(number), case \(person.reference):  ☑ \(order.message)  order \(order.number)")
        return order.number
    }

    private func run() async throws -> RunSummary {
        let progress = RunProgress()
        let summary = try await Run(store: store, logger: logger) { progress.take($0) }.drain()
        progress.finish()
        print(summary.report.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
        return summary
    }

    private func showResults(_ person: TestPerson, _ order: OrderNumber) async throws {
        heading("Person eksternstudium, tab Resultater: \(person.name)")
        let results = try await store.results(of: try PersonNumber(person.number))
        print(ResultsText.tab(results, indent: 2))
        print()
        print(OrderText.heading(try await store.order(order)))
        print(OrderText.sources(try await store.sources(of: order), all: false))
        try require(
            results.contains { $0.code == person.code && $0.institution == person.institution },
            "\(person.code) from \(person.institution) was fetched for \(person.name)")
    }

    private func showLog(_ summary: RunSummary) async throws {
        heading("What was logged about sources (resutveksl.transfer_log)")
        let rows = try await store.pool.withConnection { connection in
            try await connection.query(
                """
                SELECT l.event, l.source, l.outcome, l.orders, resutveksl.local_minute(l.next_attempt), l.reason
                FROM resutveksl.transfer_log l WHERE l.run_id = $1 AND l.event IN ('source_failed', 'source_closed')
                ORDER BY l.source
                """, summary.run.rawValue)
        }.decode(String.self, Int32.self, String.self, Int.self, String?.self, String?.self)
        var table = Table("event", "source", "outcome", "orders", "next attempt", "reason")
        for (event, source, outcome, orders, next, reason) in rows {
            table.add(event, "\(source)", outcome, "\(orders)", next, reason)
        }
        print(table.text(indent: 2))
        let outcomes = Dictionary(grouping: rows, by: \.2).mapValues { Set($0.map(\.1)) }
        try require(
            outcomes["unreachable"] == Set(DemoWorld.down)
                && rows.filter { $0.2 == "unreachable" }.allSatisfy { $0.4 != nil },
            "sources \(DemoWorld.down) were logged as unreachable, with their next attempt")
        try require(outcomes["reserved"] == [DemoWorld.reserved], "source \(DemoWorld.reserved) was logged as reserved")
    }

    private func heading(_ text: String) { print("\n== \(text)\n") }

    private func require(_ condition: Bool, _ sentence: String) throws {
        if condition { return }
        throw CommandFailure(code: 1, message: "the demo did not come out as the routine says: \(sentence): no")
    }
}
