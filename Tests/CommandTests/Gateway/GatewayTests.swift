import Testing

/// A source that is not PostgreSQL: a MariaDB behind what is in ops/gateway.
///
/// One test at a time, because they stop it and count in it.
@Suite(.serialized) enum GatewayTests {
    private static let making = Making()

    private actor Making {
        private var task: Task<GatewayWorld, any Error>?

        func world() async throws -> GatewayWorld {
            if let task { return try await task.value }
            let task = Task { try await GatewayWorld.make() }
            self.task = task
            return try await task.value
        }
    }

    /// Made once for all of them.
    static var world: GatewayWorld {
        get async throws { try await making.world() }
    }
}
