import Postgres
import Store
import Testing

/// docs/roles.md, "In the own database", cell by cell: as logins that are members of one role each.
@Suite(.serialized) struct RoleMatrixTests {
    static let rows = (try? RightsTable.rows("In the own database")) ?? []

    @Test("the table of rights can be read, and has a column for each role")
    func readable() throws {
        let rows = try RightsTable.rows("In the own database")
        #expect(rows.count > 90)
        for row in rows { #expect(row.cells.map(\.role) == UserRole.allCases.map(\.rawValue), "\(row.what)") }
    }

    @Test("each role may do what the table says, and is refused the rest", arguments: rows)
    func cells(row: RightsTable.Row) async throws {
        let playground = try await SharedRights.shared.playground()
        for (role, isAllowed) in row.cells {
            let role = try #require(UserRole(rawValue: role))
            let error = try await playground.attempt(row.sql, as: role)
            #expect(error?.sqlState == (isAllowed ? nil : "42501"), "\(role): \(error?.message ?? "allowed")")
        }
    }

    @Test("a role has no right that is not in role_rights, and PUBLIC has none")
    func nothingElse() async throws {
        let playground = try await SharedRights.shared.playground()
        #expect(try await playground.store.roleFaults().map(\.sentence) == [])
        #expect(
            try await playground.value(
                "SELECT string_agg(DISTINCT role, ' ' ORDER BY role) FROM resutveksl.role_grants WHERE is_granted")
                == "case_worker monitor operator orderer worker")
    }

    @Test("what a migration brings is granted to those that its rows name, and taken from everybody else")
    func brought() async throws {
        let playground = try await Playground.make()
        try await playground.installRoles()
        try await playground.own(
            """
            CREATE TABLE resutveksl.brought (n integer);
            CREATE FUNCTION resutveksl.bring() RETURNS integer LANGUAGE sql AS 'SELECT 1';
            INSERT INTO resutveksl.role_rights VALUES ('monitor', 'brought', 'SELECT')
            """)
        #expect(
            try await playground.attempt("SELECT resutveksl.bring()", as: .monitor) == nil, "PUBLIC may, until then")
        #expect(
            try await playground.store.roleFaults().map(\.sentence).sorted() == [
                "has been granted EXECUTE on resutveksl.bring()", "lacks SELECT on resutveksl.brought",
            ])
        try await playground.own("SELECT resutveksl.grant_roles()")
        #expect(try await playground.attempt("SELECT FROM resutveksl.brought", as: .monitor) == nil)
        for (script, role) in [
            ("SELECT FROM resutveksl.brought", UserRole.operator), ("SELECT resutveksl.bring()", .monitor),
        ] {
            #expect(try await playground.attempt(script, as: role)?.sqlState == "42501")
        }
    }

    @Test("whatever a role may read or call says what it is")
    func commented() async throws {
        let playground = try await SharedRights.shared.playground()
        let silent = try await playground.value(
            """
            SELECT string_agg(object, ', ') FROM (
                SELECT DISTINCT r.object FROM resutveksl.role_rights r
                LEFT JOIN pg_class c ON c.oid = to_regclass('resutveksl.' || r.object)
                WHERE c.relkind IN ('r', 'p', 'v') AND obj_description(c.oid, 'pg_class') IS NULL
                    AND r.object <> 'applied_migrations'
                UNION
                SELECT p.proname FROM pg_proc p JOIN resutveksl.role_rights r
                    ON r.object = p.proname AND p.pronamespace = 'resutveksl'::regnamespace
                WHERE r.role = 'operator' AND obj_description(p.oid, 'pg_proc') IS NULL) AS s
            """)
        #expect(silent == nil)
    }
}
