import DevCluster
import Foundation
import Migrations
import Postgres
import Testing

/// Bringing a schema up to date.
@Suite struct MigratorTests {
    private let first = Migration(version: 1, name: "one", sql: "CREATE TABLE resutveksl.one (n integer)")
    private let second = Migration(version: 2, name: "two", sql: "CREATE TABLE resutveksl.two (n integer)")

    private func series(_ migrations: Migration...) -> Migrator {
        Migrator(
            MigrationSeries(name: "test schema", history: "resutveksl.applied_test_migrations", migrations: migrations))
    }

    private func database() async throws -> (connect: () async throws -> Connection, name: String) {
        let cluster = try await TestServer.shared.cluster()
        let name = await TestServer.shared.nextName()
        try await TestServer.shared.copy("template1", as: name)
        return ({ try await cluster.connect(database: name) }, name)
    }

    @Test("migrations are applied in order and once; the second time there is nothing to do")
    func inOrder() async throws {
        let connection = try await database().connect()
        #expect(try await series(first, second).migrate(connection).map(\.version) == [1, 2])
        #expect(try await series(first, second).migrate(connection).isEmpty)
        #expect(try await series(first, second).status(connection).map(\.state) == [.applied, .applied])
    }

    @Test("several at once are safe: each migration is applied by one of them")
    func atOnce() async throws {
        let database = try await database()
        let connect = database.connect
        let connections = [try await connect(), try await connect(), try await connect(), try await connect()]
        let migrator = series(first, second)
        let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
            for connection in connections {
                group.addTask { try await migrator.migrate(connection).map(\.version) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(applied.sorted() == [1, 2])
    }

    @Test("a released file that was edited is an error that says which, and nothing is applied")
    func edited() async throws {
        let connection = try await database().connect()
        _ = try await series(first).migrate(connection)
        let edited = Migration(version: 1, name: "one", sql: first.sql + " -- edited")
        let error = await #expect(throws: MigrationError.self) {
            try await series(edited, second).migrate(connection)
        }
        #expect(error?.code == .changed)
        #expect(error?.description.contains("0001-one") == true)
        #expect(try await series(edited, second).status(connection).map(\.state) == [.changed, .pending])
    }

    @Test("a failing migration is rolled back whole, those before it stay, and the error names it")
    func failing() async throws {
        let connection = try await database().connect()
        let broken = Migration(
            version: 2, name: "broken", sql: "CREATE TABLE resutveksl.half (n integer); SELECT 1 / 0")
        let error = await #expect(throws: MigrationError.self) { try await series(first, broken).migrate(connection) }
        #expect(error?.code == .failed)
        #expect(error?.description.contains("0002-broken") == true)
        let there = try await connection.query(
            "SELECT to_regclass('resutveksl.one') IS NOT NULL, to_regclass('resutveksl.half') IS NOT NULL"
        ).single(Bool.self, Bool.self)
        #expect(there == (true, false))
        #expect(try await series(first, second).migrate(connection).map(\.version) == [2])
    }

    @Test("a database that a newer program has brought up to date is refused")
    func newer() async throws {
        let connection = try await database().connect()
        _ = try await series(first, second).migrate(connection)
        let error = await #expect(throws: MigrationError.self) { try await series(first).requireCurrent(connection) }
        #expect(error?.code == .newer)
    }

    @Test("an empty database is behind, and the error says what to run")
    func behind() async throws {
        let connection = try await database().connect()
        let error = await #expect(throws: MigrationError.self) {
            try await Migrator(.ownDatabase).requireCurrent(connection)
        }
        #expect(error?.code == .behind)
        #expect(error?.description.contains("resutveksl migrate") == true)
    }

    @Test(
        "the list of migrations is the folder's",
        arguments: [(MigrationSeries.ownDatabase, "migrations"), (.sourceContract, "migrations/source")])
    func listIsFolder(series: MigrationSeries, folder: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appending(path: folder)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".sql") }
        let listed = series.migrations.map { migration in
            let number = String(migration.version)
            return String(repeating: "0", count: 4 - number.count) + number + "-" + migration.name + ".sql"
        }
        #expect(listed == files.sorted())
        for (migration, file) in zip(series.migrations, files.sorted()) {
            #expect(try String(contentsOf: folder.appending(path: file), encoding: .utf8) == migration.sql)
        }
    }
}
