import DevCluster
import Postgres
import Testing

/// docs/roles.md, "At a source", cell by cell: as logins of their own.
@Suite(.serialized) struct SourceMatrixTests {
    static let rows = (try? RightsTable.rows("At a source")) ?? []
    static let logins = [
        "requester": ContractServer.requester, "removed": "contract_removed", "stranger": ContractServer.stranger,
    ]

    @Test("the table of rights can be read, and has a column for each login")
    func readable() throws {
        let rows = try RightsTable.rows("At a source")
        #expect(rows.count > 55)
        for row in rows { #expect(row.cells.map(\.role) == ["requester", "removed", "stranger"], "\(row.what)") }
    }

    @Test(
        "a requester may do what the table says, and is refused the rest; others are refused everything",
        arguments: rows)
    func cells(row: RightsTable.Row) async throws {
        let database = try await SourceOfMatrix.shared.database()
        for (role, isAllowed) in row.cells {
            let session = try await database.connect(as: try #require(Self.logins[role]))
            var refusal: PostgresError?
            do throws(PostgresError) {
                try await session.execute(script: "BEGIN; \(row.sql); ROLLBACK")
            } catch {
                refusal = error
            }
            await session.close()
            #expect(refusal?.sqlState == (isAllowed ? nil : "42501"), "\(role): \(refusal?.message ?? "allowed")")
        }
    }
}

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
