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
