import Postgres
import Testing

/// The error that `body` throws; the test fails when it throws none, or one of another type.
func failure(
    at location: SourceLocation = #_sourceLocation, of body: () async throws -> Void
) async throws -> PostgresError {
    let error = await #expect(throws: PostgresError.self, sourceLocation: location) { try await body() }
    return try #require(error, sourceLocation: location)
}

/// Expects an error of a code, and of an SQLSTATE where one is given.
func expectFailure(
    _ code: PostgresError.Code, _ sqlState: String? = nil, at location: SourceLocation = #_sourceLocation,
    of body: () async throws -> Void
) async throws {
    let error = try await failure(at: location, of: body)
    #expect(error.code == code, sourceLocation: location)
    if let sqlState { #expect(error.sqlState == sqlState, sourceLocation: location) }
}

/// Waits until something that another process does has happened, looking every few milliseconds.
func eventually(
    within limit: Duration = .seconds(10), at location: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("did not happen within \(limit)", sourceLocation: location)
            return
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// How long something takes.
func duration(_ body: () async throws -> Void) async rethrows -> Duration {
    let start = ContinuousClock.now
    try await body()
    return start.duration(to: .now)
}
