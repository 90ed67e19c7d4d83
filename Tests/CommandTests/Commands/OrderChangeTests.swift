import Testing

/// `order cancel`, `order hold`, `order release` and `order requeue`.
@Suite struct OrderChangeTests {
    private func installation() async throws -> Installation {
        let installation = try await Installation.make(203)
        try await installation.order(Installation.person1)
        try await installation.order(Installation.person2)
        return installation
    }

    private func states(_ installation: Installation) async throws -> String? {
        try await installation.value("SELECT string_agg(state, ' ' ORDER BY order_number) FROM resutveksl.orders")
    }

    @Test("orders are cancelled one by one; what is refused is told, and the others are done")
    func cancel() async throws {
        let installation = try await installation()
        let finished = try await installation.run("order", "cancel", "1", "99", "2", "1")
        #expect(finished.status == 1)
        #expect(finished.lines == ["order 1: cancelled", "order 2: cancelled"])
        #expect(finished.errors.contains("resutveksl: there is no order 99"))
        #expect(finished.errors.contains("resutveksl: order 1 is cancelled and cannot be cancelled"))
        #expect(try await states(installation) == "cancelled cancelled")
        #expect(try await installation.must("order", "requeue", "1").output == "order 1: ordered again\n")
        #expect(try await states(installation) == "ordered cancelled")
    }

    @Test("a held order is no worker's until it is released, and ordering again says why it is held")
    func hold() async throws {
        let installation = try await installation()
        #expect(
            try await installation.must("order", "hold", "1", "--reason", "two persons?").output == "order 1: held\n")
        #expect(try await installation.must("order", "show", "1").output.contains("\n  held: two persons?\n"))
        try await installation.must("run")
        #expect(try await states(installation) == "held completed")
        let again = try await installation.run("order", "place", input: Installation.person1)
        #expect(again.output.hasSuffix(" and still open: order 1 is held: two persons?\n"))
        let requeued = try await installation.run("order", "requeue", "1")
        #expect(requeued.status == 1 && requeued.errors.contains("Release it: resutveksl order release"))
        #expect(try await installation.must("order", "release", "1").output == "order 1: released\n")
        try await installation.must("run")
        #expect(try await states(installation) == "completed completed")
        let over = try await installation.run("order", "hold", "1", "2")
        #expect(over.status == 1 && over.output.isEmpty)
        #expect(over.errors.split(separator: "\n").count == 2)
    }

    @Test("an order that is being fetched is left alone, with a sentence")
    func leased() async throws {
        let installation = try await installation()
        try await installation.own(
            """
            INSERT INTO resutveksl.runs (worker) VALUES ('test');
            INSERT INTO resutveksl.claims (token, run_id, lease_until, orders) VALUES (7, 1, now() + interval '1 hour', 1);
            UPDATE resutveksl.orders SET state = 'fetching', claim_token = 7 WHERE order_number = 1
            """)
        for command in ["cancel", "hold", "requeue", "release"] {
            let finished = try await installation.run("order", command, "1")
            #expect(finished.status == 1)
            #expect(finished.errors.contains("being fetched right now"), "\(command): \(finished.errors)")
        }
        #expect(try await states(installation) == "fetching ordered")
    }
}
