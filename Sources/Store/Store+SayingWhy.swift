import Postgres

extension Store {
    /// Turns what the database refuses with a sentence into that sentence.
    func sayingWhy<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError where error.isServer("P0002") {
            throw StoreError(.notFound, error.message)
        } catch let error as PostgresError where ["22", "23", "55"].contains(where: error.isServer) {
            throw StoreError(.refused, error.message)
        }
    }
}
