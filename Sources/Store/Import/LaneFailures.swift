import Exchange
import Postgres

/// A lane that ended because its source could not answer.
struct LaneFailure: Sendable {
    let source: InstitutionNumber
    let outcome: Outcome
    let fault: Fault
    let token: LeaseToken
    /// Those that were not answered about.
    let orders: [OrderNumber]
}

/// Ends lanes whose source failed, as many at once as come while the last ones are being written.
///
/// When a source goes dark under a resident worker, every order that comes within its deadline waits for the same answer, and
/// the lanes of all of them end at the same moment: a transaction for each would hold up the orders that come after.
actor LaneFailures {
    private struct Waiting {
        let failure: LaneFailure
        let continuation: CheckedContinuation<Rescheduled?, any Error>
    }

    private let pool: ConnectionPool
    private var waiting: [InstitutionNumber: [Waiting]] = [:]
    private var writing: Set<InstitutionNumber> = []

    init(_ pool: ConnectionPool) { self.pool = pool }

    /// Ends a lane, together with others where there are any.
    ///
    /// - Returns: nil when the database refused them together, perhaps because of another one: then this one has to be ended
    ///   alone, so that it does not wait for another one's trouble, nor others for its.
    /// - Throws: `StoreError` with code `staleToken` when the claim is not held any more.
    func end(_ failure: LaneFailure) async throws -> Rescheduled? {
        try await withCheckedThrowingContinuation { continuation in
            waiting[failure.source, default: []].append(Waiting(failure: failure, continuation: continuation))
            if writing.insert(failure.source).inserted { Task { await self.writeAll(failure.source) } }
        }
    }

    private func writeAll(_ source: InstitutionNumber) async {
        while waiting[source] != nil {
            var batch: [Waiting] = []
            do {
                let ended = try await pool.withConnection { connection in
                    // More may have come until a connection was free.
                    batch = takeBatch(source)
                    let failures = batch.map(\.failure)
                    return try await connection.withTransaction { try await Self.end(failures, $0) }
                }
                for one in batch {
                    one.continuation.resume(
                        with: ended[one.failure.token].map { .success($0) }
                            ?? .failure(StoreError.stale(one.failure.token)))
                }
            } catch let error as PostgresError where error.code == .server && batch.count > 1 {
                for one in batch { one.continuation.resume(returning: nil) }
            } catch {
                if batch.isEmpty { batch = takeBatch(source) }
                for one in batch { one.continuation.resume(throwing: error) }
            }
        }
        writing.remove(source)
    }

    /// Those that wait for the same source with the same fault as the first.
    private func takeBatch(_ source: InstitutionNumber) -> [Waiting] {
        guard let all = waiting[source], let first = all.first?.failure else { return [] }
        func isLike(_ one: Waiting) -> Bool { (one.failure.outcome, one.failure.fault) == (first.outcome, first.fault) }
        let others = all.filter { !isLike($0) }
        waiting[source] = others.isEmpty ? nil : others
        return all.filter(isLike)
    }

    /// Ends lanes of one source with one fault; those that have ended already stay as they are.
    ///
    /// - Returns: nothing for a claim that is not held any more.
    static func end(_ batch: [LaneFailure], _ transaction: Transaction) async throws -> [LeaseToken: Rescheduled] {
        guard let first = batch.first else { return [:] }
        let held = try await Store.held(batch.map(\.token), transaction)
        let ended = try await Store.ended(batch.map(\.token), first.source, transaction)
        let failures = batch.filter { held.contains($0.token) && !ended.contains($0.token) }
        var rescheduled = Dictionary(uniqueKeysWithValues: held.map { ($0, Rescheduled()) })
        if failures.isEmpty { return rescheduled }
        let orders = failures.flatMap { failure in failure.orders.map { ($0, failure.token) } }
        rescheduled.merge(try await Store.fail(orders, first.fault, source: first.source, transaction)) { $1 }
        try await Store.close(
            failures.map { ($0.token, $0.orders.count) }, first.source, first.outcome.rawValue, first.fault, transaction
        )
        return rescheduled
    }
}
