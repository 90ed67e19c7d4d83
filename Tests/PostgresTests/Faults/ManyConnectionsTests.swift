import DevCluster
import Glibc
import Logging
import Postgres
import Testing

@Suite(.fewAtOnce) struct `Fifty connections at once` {
    private static func threadCount() -> Int {
        guard let folder = opendir("/proc/self/task") else { return 0 }
        defer { closedir(folder) }
        var count = -2  // . and ..
        while readdir(folder) != nil { count += 1 }
        return count
    }

    @Test func `need no thread each`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        let before = Self.threadCount()
        let most = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let connection = try await cluster.connect()
                    let rows = try await connection.query("SELECT $1, pg_sleep(0.5)::text", number)
                    #expect(try rows.single(Int.self, String.self).0 == number)
                    let count = Self.threadCount()
                    await connection.close()
                    return count
                }
            }
            return try await group.reduce(0, max)
        }
        // Other tests run beside this one and start a few threads of their own.
        #expect(most - before < 40)
    }

    @Test func `all answer, each what it was asked`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let connection = try await cluster.connect()
                    for round in 0..<40 {
                        let answer = try await connection.query("SELECT $1", number * 1000 + round).single(Int.self)
                        #expect(answer == number * 1000 + round)
                    }
                    await connection.close()
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `that wait for long keep no other task from running`() async throws {
        let cluster = try await TestCluster.shared.cluster()
        let longest = try await withThrowingTaskGroup(of: Duration.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    let connection = try await cluster.connect()
                    _ = try await connection.query("SELECT pg_sleep(3)")
                    await connection.close()
                    return .zero
                }
            }
            group.addTask {
                // A pool with a thread parked per wait would not come round to this one.
                var longest = Duration.zero
                for _ in 0..<100 {
                    let time = try await duration { try await Task.sleep(for: .milliseconds(10)) }
                    longest = max(longest, time)
                }
                return longest
            }
            return try await group.reduce(.zero, max)
        }
        #expect(longest < .seconds(2))
    }
}
