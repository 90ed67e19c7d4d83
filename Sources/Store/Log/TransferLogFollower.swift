import Postgres

/// Reads the transfer log as it grows: each entry once, whenever its transaction ends.
///
/// Entries carry the time at which their transaction began, and become visible when it ends, so that no time tells what is new.
/// What does is the number of the transaction: whatever was written by one that had not begun when the oldest one still at work
/// began can be new, and of those the ones that were told are remembered. That is a handful.
package struct TransferLogFollower: Sendable {
    private let store: Store
    private let search: TransferLogSearch
    private var floor: UInt64?
    private var told: Set<String> = []

    /// - Parameter search: its limit is for what there is already; `until` makes no sense.
    package init(store: Store, search: TransferLogSearch) {
        self.store = store
        self.search = search
    }

    /// What is new since the last call; at the first, what there is.
    package mutating func next() async throws -> [TransferLogEntry] {
        let (conditions, parameters) = search.conditions
        // Before the rows are read: what ends in between is read twice, and told once.
        let next = try await store.oldestTransaction()
        // What the limit leaves out of the first answer is no news later.
        let before = floor == nil ? try await store.entries(where: conditions, parameters, limit: nil, from: next) : []
        let found = try await store.entries(
            where: conditions, parameters, limit: floor == nil ? search.limit : nil, from: floor)
        let new = found.filter { !told.contains($0.place) }
        told = Set((before + found).filter { $0.transaction >= next }.map(\.place))
        floor = next
        return new
    }
}

extension Store {
    /// The oldest transaction that is still at work, or the next one.
    fileprivate func oldestTransaction() async throws -> UInt64 {
        let number = try await patiently { _ in
            try await query("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint").single(Int64.self)
        }
        return UInt64(number)
    }
}
