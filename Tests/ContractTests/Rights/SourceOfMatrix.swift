import DevCluster
import Postgres

/// A source with two requesters, and one that was removed.
actor SourceOfMatrix {
    static let shared = SourceOfMatrix()
    /// Registered for 184.
    static let other = "contract_other"

    private var making: Task<SourceDatabase, any Error>?

    func database() async throws -> SourceDatabase {
        if let making { return try await making.value }
        let task = Task {
            let database = try await ContractServer.shared.copy(.source)
            try await database.run(
                """
                CREATE ROLE \(Self.other) LOGIN; CREATE ROLE contract_removed LOGIN;
                SELECT resutveksl.register_requester('\(Self.other)', 184),
                    resutveksl.register_requester('contract_removed', 186);
                SELECT resutveksl.remove_requester('contract_removed');
                """)
            return database
        }
        making = task
        return try await task.value
    }
}
