package import Postgres

/// Brings a schema up to date: in order, each migration in a transaction with its entry in the history.
package struct Migrator: Sendable {
    package enum State: String, Sendable {
        case applied
        case pending
        case changed
        /// In the database, unknown to this program.
        case newer
    }

    package struct Status: Sendable {
        package let version: Int
        package let name: String
        package let state: State
        /// As the server prints it, nil while pending.
        package let appliedAt: String?
    }

    private let series: MigrationSeries

    package init(_ series: MigrationSeries) { self.series = series }

    /// Applies what is pending.
    ///
    /// Safe for several at once: an advisory lock of the session admits one at a time, the others then find nothing to do.
    ///
    /// - Returns: the migrations that were applied by this call.
    /// - Throws: `MigrationError`; `PostgresError` when the database cannot be talked to.
    package func migrate(_ connection: Connection, timeout: Duration = .seconds(600)) async throws -> [Migration] {
        _ = try await connection.query("SELECT pg_advisory_lock(hashtext($1))", series.history, timeout: timeout)
        do {
            let applied = try await applyPending(connection, timeout)
            _ = try await connection.query("SELECT pg_advisory_unlock(hashtext($1))", series.history)
            return applied
        } catch {
            _ = try? await connection.query("SELECT pg_advisory_unlock(hashtext($1))", series.history)
            throw error
        }
    }

    /// Every migration that the program or the database knows, by version.
    package func status(_ connection: Connection) async throws(PostgresError) -> [Status] {
        var applied: [Int: (name: String, checksum: String, at: String)] = [:]
        for (version, name, checksum, at) in try await history(connection) { applied[version] = (name, checksum, at) }
        var statuses: [Status] = []
        for migration in series.migrations {
            guard let entry = applied.removeValue(forKey: migration.version) else {
                statuses.append(
                    Status(version: migration.version, name: migration.name, state: .pending, appliedAt: nil))
                continue
            }
            let isSame = try await checksum(of: migration.sql, connection) == entry.checksum
            statuses.append(
                Status(
                    version: migration.version, name: migration.name, state: isSame ? .applied : .changed,
                    appliedAt: entry.at))
        }
        for (version, entry) in applied.sorted(by: { $0.key < $1.key }) {
            statuses.append(Status(version: version, name: entry.name, state: .newer, appliedAt: entry.at))
        }
        return statuses
    }

    /// - Throws: `MigrationError` unless every migration is applied as it stands, and no other.
    package func requireCurrent(_ connection: Connection) async throws {
        let statuses = try await status(connection)
        try refuse(statuses)
        if let pending = statuses.first(where: { $0.state == .pending }) {
            throw MigrationError(
                .behind,
                "the \(series.name) is not up to date: migration \(label(pending)) is missing. Run `resutveksl migrate`"
            )
        }
    }

    private func applyPending(_ connection: Connection, _ timeout: Duration) async throws -> [Migration] {
        try await connection.execute(
            script: """
                CREATE SCHEMA IF NOT EXISTS resutveksl;
                CREATE TABLE IF NOT EXISTS \(series.history) (
                    version integer PRIMARY KEY,
                    name text NOT NULL,
                    checksum text NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now(),
                    applied_by text NOT NULL DEFAULT session_user);
                """)
        let statuses = try await status(connection)
        try refuse(statuses)
        let pending = Set(statuses.filter { $0.state == .pending }.map(\.version))
        let migrations = series.migrations.filter { pending.contains($0.version) }
        for migration in migrations { try await apply(migration, connection, timeout) }
        return migrations
    }

    private func apply(_ migration: Migration, _ connection: Connection, _ timeout: Duration) async throws {
        do {
            try await connection.withTransaction { transaction in
                try await transaction.execute(script: migration.sql, timeout: timeout)
                _ = try await transaction.query(
                    Statement(
                        """
                        INSERT INTO \(series.history) (version, name, checksum)
                        VALUES ($1, $2, encode(sha256(convert_to($3, 'UTF8')), 'hex'))
                        """), migration.version, migration.name, migration.sql)
            }
        } catch let error as PostgresError {
            throw MigrationError(
                .failed, "migration \(label(migration.version, migration.name)) of the \(series.name) failed: \(error)",
                underlying: error)
        }
    }

    private func refuse(_ statuses: [Status]) throws(MigrationError) {
        if let changed = statuses.first(where: { $0.state == .changed }) {
            throw MigrationError(
                .changed,
                "migration \(label(changed)) of the \(series.name) was edited after it had been applied on "
                    + "\(changed.appliedAt ?? "?"). Put the released file back and make a new migration for the change")
        }
        if let newer = statuses.first(where: { $0.state == .newer }) {
            throw MigrationError(
                .newer,
                "the \(series.name) has migration \(label(newer)), which this program does not know: it was brought up to "
                    + "date by a newer resutveksl. Upgrade this one")
        }
    }

    private func history(_ connection: Connection) async throws(PostgresError) -> [(Int, String, String, String)] {
        let exists = try await connection.query("SELECT to_regclass($1) IS NOT NULL", series.history)
        guard try exists.single(Bool.self) else { return [] }
        return try await connection.query(
            Statement("SELECT version, name, checksum, applied_at::text FROM \(series.history) ORDER BY version")
        ).decode(Int.self, String.self, String.self, String.self)
    }

    private func checksum(of sql: String, _ connection: Connection) async throws(PostgresError) -> String {
        try await connection.query("SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex')", sql).single(String.self)
    }

    private func label(_ status: Status) -> String { label(status.version, status.name) }

    private func label(_ version: Int, _ name: String) -> String {
        String(repeating: "0", count: max(0, 4 - String(version).count)) + "\(version)-\(name)"
    }
}
