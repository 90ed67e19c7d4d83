/// One own database with roles, for tests that undo what they do.
actor SharedRights {
    static let shared = SharedRights()

    private var making: Task<Playground, any Error>?

    func playground() async throws -> Playground {
        if let making { return try await making.value }
        let task = Task { try await Playground.withARowForEveryRight() }
        making = task
        return try await task.value
    }
}
