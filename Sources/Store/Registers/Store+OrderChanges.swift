package import Exchange
import Postgres

extension Store {
    /// Ends an open order.
    ///
    /// - Throws: like the others here, `StoreError` with a sentence when a worker holds the order or it makes no sense.
    package func cancel(_ order: OrderNumber) async throws {
        try await sayingWhy { _ = try await query("SELECT resutveksl.cancel($1)", order.rawValue) }
    }

    /// Has an order fetched afresh in the next run.
    package func requeue(_ order: OrderNumber) async throws {
        try await sayingWhy { _ = try await query("SELECT resutveksl.requeue($1)", order.rawValue) }
    }

    /// Keeps workers off an order.
    package func hold(_ order: OrderNumber, reason: String?) async throws {
        try await sayingWhy { _ = try await query("SELECT resutveksl.hold($1, $2)", order.rawValue, reason) }
    }

    /// Lets workers have a held order again; it goes on where it was.
    package func release(_ order: OrderNumber) async throws {
        try await sayingWhy { _ = try await query("SELECT resutveksl.release($1)", order.rawValue) }
    }
}
